import { stateDiagram } from "./diagram.ts";
import type { FieldDefinition } from "./field.ts";
import type { Guard } from "./life.ts";
import type { MatterType } from "./matter-type.ts";

const head = `# Matter types

What each matter type must contain, how it lives, its clocks and its grounds. This page is written by
\`node scripts/matter-types.ts\` from the files in \`matter-types/\`, the same that forms, server and documents use; a test holds
it up to date.

An article marked **to verify** was written from general knowledge of the instrument. A lawyer compares it with the
official text, corrects it in the file if need be, and takes the mark \`verify: true\` off there.
`;

/** The reference page of all matter types, in Markdown. */
export function matterTypesPage(types: Iterable<MatterType>): string {
  return `${head}\n${[...types].map(chapter).join("\n")}`;
}

function chapter(type: MatterType): string {
  const mandatory = type.fields.filter((field) => field.required || field.requiredWhen !== undefined);
  const parts = [
    `## ${type.title.en}\n\n\`${type.id}\`, version ${type.version}. ${type.description.en}`,
    `Instruments: ${type.instruments.map((one) => `${one.label.en} (${source(one)})`).join("; ")}.`,
    `\`\`\`mermaid\n${stateDiagram(type)}\n\`\`\``,
    `### Mandatory contents\n\n${table(
      ["field", "content", "when", "article"],
      mandatory.map((field) => [`\`${field.id}\``, field.label.en, whenOf(field), source(field)]),
    )}`,
    `### Steps\n\n${table(
      ["event", "side", "roles", "needs", "article"],
      type.transitions.map((one) => [
        `\`${one.name}\``,
        one.side,
        one.roles.join(", ") + (one.fourEyes === undefined ? "" : "; two persons"),
        [...one.needs.map((name) => `\`${name}\``), ...one.requires.map(guardWords)].join("; "),
        source(one),
      ]),
    )}`,
  ];
  if (type.clocks.length > 0) {
    const rows = type.clocks.map((clock) => [
      clock.label.en,
      `${clock.length} ${clock.unit.replace("-", " ")}${clock.when === undefined ? "" : `, when ${condition(clock.when)}`}`,
      clock.startsOn.map((name) => `\`${name}\``).join(", "),
      clock.atExpiry.effect,
      clock.alarm,
      source(clock),
    ]);
    parts.push(`### Clocks\n\n${table(["clock", "length", "starts on", "at expiry", "alarm", "article"], rows)}`);
  }
  if (type.grounds.length > 0) {
    const rows = type.grounds.map((ground) => [
      `\`${ground.id}\``,
      ground.label.en,
      `${ground.kind === "refuse" ? `refuse (${ground.binding})` : "postpone"}${ground.when === undefined ? "" : `, when ${condition(ground.when)}`}`,
      source(ground),
    ]);
    parts.push(`### Grounds\n\n${table(["ground", "meaning", "to", "article"], rows)}`);
  }
  if (type.notAllowed.length > 0) {
    const said = type.notAllowed.map((one) => `- ${one.label.en} (${source(one)})`).join("\n");
    parts.push(`Never a ground:\n\n${said}`);
  }
  return `${parts.join("\n\n")}\n`;
}

function source(one: { readonly article?: string | undefined; readonly verify?: true | undefined }): string {
  return `${one.article ?? ""}${one.verify === true ? " **to verify**" : ""}`;
}

function whenOf(field: FieldDefinition): string {
  const when = field.required ? "always" : `when ${condition(field.requiredWhen ?? {})}`;
  return field.orReason ? `${when}, or a reason why not` : when;
}

function guardWords(guard: Guard): string {
  if (typeof guard === "string") return guard === "complete" ? "all mandatory contents" : "no open question";
  if ("event" in guard) return `\`${guard.event}\` before (${source(guard)})`;
  if ("clockRunning" in guard) return `clock \`${guard.clockRunning}\` still running`;
  return condition(guard.holds);
}

function condition(fields: NonNullable<FieldDefinition["requiredWhen"]>): string {
  const words = Object.entries(fields).map(([field, test]) => {
    if (typeof test !== "object") return `\`${field}\` is ${String(test)}`;
    if (Array.isArray(test)) return `\`${field}\` is ${test.join(" or ")}`;
    if ("not" in test) return `\`${field}\` is not ${[test.not].flat().join(" or ")}`;
    if ("missing" in test) return `\`${field}\` is ${test.missing ? "missing" : "given"}`;
    return `\`${field}\` fits ${JSON.stringify(test)}`;
  });
  return words.join(" and ");
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
