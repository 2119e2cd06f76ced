/** A path pattern, taken apart: the folder where the search begins, and what each further segment must look like. */
export interface PathPattern {
  readonly folder: string;
  /** Alternatives from braces; `"**"` stands for any number of folders. */
  readonly alternatives: readonly (readonly (RegExp | "**")[])[];
}

const magic = /[*?[{]/;

/** Whether a path holds characters of a pattern. */
export function isPattern(path: string): boolean {
  return magic.test(path);
}

/** Takes a pattern apart. `*` and `?` match neither `/` nor a leading dot; `[!a]` negates; `{a,b}` may be nested. */
export function parsePattern(pattern: string): PathPattern {
  const segments = pattern.split("/");
  const firstMagic = segments.findIndex((segment) => magic.test(segment));
  // A brace may span segments, so only the text before the first magic segment is a plain folder.
  const split = firstMagic === -1 ? segments.length - 1 : firstMagic;
  const folder = segments.slice(0, split).join("/");
  const rest = segments.slice(split).join("/");
  return {
    folder: folder === "" && pattern.startsWith("/") ? "/" : folder,
    alternatives: expandBraces(rest).map((alternative) =>
      alternative
        .split("/")
        .filter((segment) => segment !== "" && segment !== ".")
        .map((segment) => (segment === "**" ? "**" : segmentExpression(segment))),
    ),
  };
}

/** All texts that the braces of a pattern stand for; a brace without its partner stands for itself. */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  if (open === -1) return [pattern];
  let depth = 0;
  const cuts = [open];
  for (let index = open; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
    else if (character === "," && depth === 1) cuts.push(index);
    if (depth === 0) {
      cuts.push(index);
      break;
    }
  }
  if (depth !== 0) return [pattern];
  const before = pattern.slice(0, open);
  const after = expandBraces(pattern.slice((cuts.at(-1) ?? open) + 1));
  return cuts.slice(1).flatMap((cut, index) => {
    const option = pattern.slice((cuts[index] ?? open) + 1, cut);
    return expandBraces(option).flatMap((inner) => after.map((tail) => `${before}${inner}${tail}`));
  });
}

function segmentExpression(segment: string): RegExp {
  let source = "";
  for (let index = 0; index < segment.length; index += 1) {
    const character = segment[index] ?? "";
    if (character === "*") {
      if (segment[index - 1] !== "*") source += "[^/]*";
    } else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const close = segment.indexOf("]", index + 2);
      const set = close === -1 ? undefined : setExpression(segment.slice(index + 1, close));
      if (set === undefined) source += "\\[";
      else {
        source += set;
        index = close;
      }
    } else source += character.replace(/[\\^$.|+(){}\]]/g, "\\$&");
  }
  const hidden = segment.startsWith(".") ? "" : "(?!\\.)";
  return new RegExp(`^${hidden}${source}$`, "su");
}

/** The inside of `[...]` as an expression, or undefined when it is none, such as `[z-a]`. */
function setExpression(inside: string): string | undefined {
  const negated = inside.startsWith("!");
  const members = (negated ? inside.slice(1) : inside).replace(/[\\\]^[]/g, "\\$&");
  const source = `[${negated ? "^" : ""}${members}]`;
  try {
    new RegExp(source, "u");
    return source;
  } catch {
    return undefined;
  }
}
