import { type DefinitionProblem, didYouMean, readYamlFile, type YamlFile } from "../../formats/index.ts";
import { change, followingFaults, matterTypeFaults } from "./checks.ts";
import { type CommonContent, commonContentSchema, type MatterType, matterTypeSchema } from "./matter-type.ts";

/** Name of the file with the contents that several matter types share. */
const commonFile = "common.yaml";

const kind = { noun: "definition", described: "docs/reference/matter-types.md" };

export interface ReadMatterTypes {
  /** The matter types without an error, by id. */
  readonly types: ReadonlyMap<string, MatterType>;
  readonly problems: readonly DefinitionProblem[];
}

/**
 * Reads the files of a folder of matter types: the common contents, the types, and what they say of each other.
 *
 * @param files - Text of each `*.yaml` of the folder by its name, `common.yaml` among them.
 * @returns The types that hold, with everything taken from the common contents written out, and all problems.
 */
export function readMatterTypes(files: ReadonlyMap<string, string>): ReadMatterTypes {
  const problems: DefinitionProblem[] = [];
  const common = readCommon(files.get(commonFile), problems);
  const types = new Map<string, MatterType>();
  const following: (readonly [MatterType, YamlFile])[] = [];
  // Each type would only repeat that what it takes over is not there.
  if (problems.length > 0) return { types, problems };
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (file === commonFile) continue;
    const read = readMatterType(file, text, common);
    problems.push(...read.problems);
    if (read.type === undefined) continue;
    types.set(read.type.id, read.type);
    if (read.yaml !== undefined) following.push([read.type, read.yaml]);
  }
  for (const [type, yaml] of following) {
    const faults = followingFaults(type, types);
    problems.push(...faults.map(({ path, code, ...said }) => yaml.problem(code, path, said)));
    if (faults.length > 0) types.delete(type.id);
  }
  return { types, problems };
}

function readCommon(text: string | undefined, problems: DefinitionProblem[]): CommonContent {
  const nothing = commonContentSchema.parse({});
  if (text === undefined) return nothing;
  const { read, problems: unreadable } = readYamlFile(commonFile, text, kind);
  problems.push(...unreadable);
  const fitted = read?.against(commonContentSchema);
  if (fitted?.fits) return fitted.value;
  problems.push(...(fitted?.problems ?? []));
  return nothing;
}

/**
 * Reads one matter type.
 *
 * @param file - Name of the file, such as `preservation.yaml`; problems carry it.
 * @returns The type when it has no error, and all problems, each with file, line, found, expected and what to do.
 */
function readMatterType(
  file: string,
  text: string,
  common: CommonContent,
): {
  readonly type: MatterType | undefined;
  readonly yaml?: YamlFile;
  readonly problems: readonly DefinitionProblem[];
} {
  const { read: yaml, problems } = readYamlFile(file, text, kind);
  if (yaml === undefined) return { type: undefined, problems };
  const plain = withCommon(yaml, common, problems);
  if (problems.length > 0) return { type: undefined, problems };
  const fitted = yaml.against(matterTypeSchema, plain);
  if (!fitted.fits) return { type: undefined, problems: fitted.problems };
  const type = fitted.value;
  if (file !== `${type.id}.yaml`) {
    problems.push(
      yaml.problem("definition.file-name", ["id"], {
        message: `The file is not called like the matter type that it holds.`,
        found: file,
        expected: `${type.id}.yaml`,
        hint: "Rename the file.",
        severity: "warning",
      }),
    );
  }
  const faults = matterTypeFaults(type);
  problems.push(...faults.map(({ path, code, ...said }) => yaml.problem(code, path, said)));
  return { type: faults.length === 0 ? type : undefined, yaml, problems };
}

/** The plain definition with every `common: id` replaced by the common item, on which the other keys are laid. */
function withCommon(yaml: YamlFile, common: CommonContent, problems: DefinitionProblem[]): unknown {
  if (!isRecord(yaml.plain)) return yaml.plain;
  const plain: Record<string, unknown> = { ...yaml.plain };
  for (const list of ["sections", "instruments", "fields", "particulars", "states", "transitions"] as const) {
    const items = plain[list];
    if (!Array.isArray(items)) continue;
    const known = new Map<string, object>(common[list].map((item) => ["id" in item ? item.id : item.name, item]));
    plain[list] = items.map((item: unknown, index) => {
      if (!isRecord(item) || !("common" in item)) return item;
      const { common: name, ...own } = item;
      const found = known.get(String(name));
      if (found !== undefined) return { ...found, ...own };
      problems.push(
        yaml.problem("definition.reference", [list, index, "common"], {
          message: `The common contents have no ${list.slice(0, -1)} "${String(name)}".`,
          found: String(name),
          expected: `one of ${[...known.keys()].join(", ")}`,
          hint: didYouMean(String(name), known.keys(), change),
        }),
      );
      return item;
    });
  }
  return plain;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
