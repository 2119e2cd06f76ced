// Writes docs/reference/asvs.md from docs/reference/asvs.yaml: `node scripts/asvs.ts` (Node 24).
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

const source = new URL("../docs/reference/asvs.yaml", import.meta.url);
const page = fileURLToPath(new URL("../docs/reference/asvs.md", import.meta.url));

const requirementSchema = z
  .strictObject({
    level: z.int().min(1).max(3),
    subject: z.string().min(1),
    tests: z
      .array(z.strictObject({ file: z.string(), test: z.string() }))
      .min(1)
      .optional(),
    byDesign: z.strictObject({ file: z.string(), because: z.string() }).optional(),
    notApplicable: z.string().optional(),
    notMet: z.string().min(10).optional(),
  })
  .refine(
    ({ tests, byDesign, notApplicable, notMet }) =>
      [tests, byDesign, notApplicable, notMet].filter((one) => one !== undefined).length === 1,
    "one verdict",
  );
const tableSchema = z.strictObject({
  reasons: z.record(z.string(), z.string()),
  chapters: z.record(z.string(), z.string()),
  requirements: z.record(z.string().regex(/^V\d+\.\d+\.\d+$/), requirementSchema),
});
export type AsvsTable = z.infer<typeof tableSchema>;
export type AsvsRequirement = z.infer<typeof requirementSchema>;

/** The table as it is kept. */
export const asvsTable = (): AsvsTable => tableSchema.parse(parse(readFileSync(source, "utf8")));

const verdictOf = ({ tests, byDesign, notApplicable }: AsvsRequirement): (typeof verdicts)[number] =>
  tests !== undefined
    ? "met"
    : byDesign !== undefined
      ? "met by design"
      : notApplicable !== undefined
        ? "not applicable"
        : "not met";
const verdicts = ["met", "met by design", "not applicable", "not met"] as const;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
const link = (file: string): string =>
  `[${file.split("/").at(-1) ?? file}](${file.startsWith("docs/reference/") ? file.slice(15) : `../../${file}`})`;

function becauseOf(requirement: AsvsRequirement, reasons: AsvsTable["reasons"]): string {
  const { tests, byDesign, notApplicable, notMet } = requirement;
  if (tests !== undefined) return tests.map(({ file, test }) => `${link(file)}: ${cell(test)}`).join("; ");
  if (byDesign !== undefined) return `${link(byDesign.file)}: ${cell(byDesign.because)}`;
  return cell(notApplicable === undefined ? (notMet ?? "") : (reasons[notApplicable] ?? ""));
}

/** The page. */
export function asvsPage({ reasons, chapters, requirements }: AsvsTable): string {
  const all = Object.entries(requirements);
  const count = (level: number, verdict: string): number =>
    all.filter(([, one]) => one.level === level && verdictOf(one) === verdict).length;
  const lines = [
    "# Requirements of OWASP ASVS 5.0.0",
    "",
    "Every requirement of level 1 and 2, and of level 3 in the chapters on authentication, sessions, authorization,",
    "cryptography, data protection and logging, for the pages and the exchange of an authority. The numbers are those of the",
    "[standard](https://github.com/OWASP/ASVS); the subjects are our own few words, so read the requirement there. `met` names a",
    "test that would fail otherwise, `met by design` the file that makes it so. It is our own judgement: nobody else has",
    "examined it. Made from [asvs.yaml](asvs.yaml) by `node scripts/asvs.ts`.",
    "",
    "| level | met | met by design | not applicable | not met |",
    "| --- | --- | --- | --- | --- |",
    ...[1, 2, 3].map((level) => `| ${level} | ${verdicts.map((verdict) => count(level, verdict)).join(" | ")} |`),
  ];
  const missing = all.filter(([, one]) => verdictOf(one) === "not met");
  lines.push("", "## What is not met", "");
  lines.push(
    ...missing.map(([id, one]) => `- **${id}** ${cell(one.subject)} (level ${one.level}): ${cell(one.notMet ?? "")}`),
  );
  for (const [chapter, name] of Object.entries(chapters)) {
    const own = all.filter(([id]) => id.startsWith(`${chapter}.`));
    if (own.length === 0) continue;
    lines.push(
      "",
      `## ${chapter} ${name}`,
      "",
      "| number | level | subject | verdict | shown by |",
      "| --- | --- | --- | --- | --- |",
    );
    for (const [id, one] of own)
      lines.push(`| ${id} | ${one.level} | ${cell(one.subject)} | ${verdictOf(one)} | ${becauseOf(one, reasons)} |`);
  }
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, asvsPage(asvsTable()));
