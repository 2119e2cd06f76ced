import { matterClasses } from "../words/index.ts";
import { rightsBars, rightsTable } from "./table.ts";
import { conditionSentences, confidentialities, sides, stateClasses } from "./vocabulary.ts";

const head = `# Rights

Who may do what at an authority. This page is made from the decision table that the program itself uses
(\`src/cooperation/rights/table.ts\` and the rows beside it); a test holds the two against each other, and another test holds the table against
the same rules written a second time.

A person may do what a row allows, unless a bar forbids it. What no row allows is refused. *any* means all values.

- Relations: \`assignee\` works on the matter; \`admitted\` was let in one by one, to read; \`office\` belongs to the office of
  the matter; \`office-unassigned\` the same, while nobody is assigned.
- States: \`draft\` is being written, \`review\` waits for a second person, \`approved\` waits to be sent, \`open\` lies with the two
  sides, \`executing\` is being carried out, \`closed\` has ended.
- \`read\` and \`read-sealed\` show content; \`list\` shows that a matter exists, its reference and its clocks.
- Who may not \`list\` a matter is answered as if it did not exist.
- A person with several roles may do what any of them allows; the bars of administrator and auditor come first.
- Nobody can be assigned who is barred from the matter.
`;

const codes = (values: readonly string[], all: readonly string[] = []): string =>
  all.length > 0 && all.every((value) => values.includes(value))
    ? "any"
    : values.map((value) => `\`${value}\``).join(" ");

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** The page of the documentation that shows the table of rights, as Markdown. */
export function rightsPage(): string {
  const bars = rightsBars.map((bar) => line([codes([bar.id]), codes(bar.except), bar.says]));
  const rows = rightsTable.map((row) =>
    line([
      codes([row.id]),
      codes(row.actions),
      codes(row.roles),
      codes(row.relations),
      codes(row.confidentiality, confidentialities),
      codes(row.sides, sides),
      codes(row.states, stateClasses),
      codes(row.classes, matterClasses),
      row.conditions.map((condition) => conditionSentences[condition]).join("; "),
      row.says,
    ]),
  );
  const barHead = [line(["bar", "except", "meaning"]), line(["---", "---", "---"])];
  const columns = ["row", "actions", "roles", "relation", "matter", "our side", "state", "class", "only", "meaning"];
  const rowHead = [line(columns), line(columns.map(() => "---"))];
  return `${head}\n## Bars\n\n${[...barHead, ...bars].join("\n")}\n\n## Table\n\n${[...rowHead, ...rows].join("\n")}\n`;
}
