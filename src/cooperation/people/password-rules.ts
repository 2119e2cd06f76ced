import { dictionary } from "@zxcvbn-ts/language-common";

/** What the list of common passwords lacks and people of this work choose, in lower case. */
const ofThisWork: readonly string[] = [
  "1qaz2wsx3edc",
  "1q2w3e4r5t6y",
  "administrator",
  "contrasena",
  "correcthorsebatterystaple",
  "embassy",
  "government",
  "justice",
  "justitia",
  "mima",
  "ministry",
  "motdepasse",
  "parola",
  "passwort",
  "police",
  "prosecutor",
  "temporary",
];

const minimumPasswordLength = 12;
/** Far above what people type; longer texts would only cost the server time. */
export const maximumPasswordLength = 256;

/** Why a password is not taken; each is a message at the field. */
export type PasswordProblem = "too-short" | "too-long" | "too-common" | "too-uniform" | "contains-name";

/** The form of a password that is judged and hashed, so that the same keys give the same password on every machine. */
export const normalPassword = (password: string): string => password.normalize("NFKC");

const lettersFor: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
const plainLetters = (text: string): string => [...text].map((sign) => lettersFor[sign] ?? sign).join("");

/** Shorter words are part of too many good passwords to say anything. */
const shortestCommon = 4;

let known: ReadonlySet<string> | undefined;
/** Some 49,000 passwords by how often they were met, and our own; made when first needed. */
function commonPasswords(): ReadonlySet<string> {
  known ??= new Set(
    [...dictionary["passwords-common"], ...ofThisWork].flatMap((word) =>
      word.length < shortestCommon ? [] : [word, plainLetters(word)],
    ),
  );
  return known;
}

/** A common password with nothing but digits and signs around it, or after it as many again; or one that is repeated. */
function isCommon(password: string): boolean {
  const common = commonPasswords();
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const plain = plainLetters(lower);
  return (
    [lower, core, plain, plainLetters(core), plain.replace(/[^\p{L}]+$/u, "")].some((text) => {
      const once = /^(.+?)\1*$/u.exec(text)?.[1] ?? text;
      return common.has(text) || common.has(once);
    }) || beginsCommon(lower, common)
  );
}

/** A common password of digits ends nowhere to be seen: half of the text or more has to be one. */
function beginsCommon(lower: string, common: ReadonlySet<string>): boolean {
  const end = lower.search(/[^\p{L}]*$/u);
  for (let length = Math.max(end, Math.ceil(lower.length / 2)); length < lower.length; length += 1)
    if (common.has(lower.slice(0, length))) return true;
  return false;
}

/** Few different signs, or signs that follow each other, such as `aaaabbbbcccc` and `abcdefghijkl`. */
function isUniform(password: string): boolean {
  const signs = [...password].map((sign) => sign.codePointAt(0) ?? 0);
  if (new Set(signs).size < 5) return true;
  const steps = signs.slice(1).map((sign, index) => sign - (signs[index] ?? 0));
  return steps.filter((step) => Math.abs(step) <= 1).length >= steps.length * 0.75;
}

/**
 * What is wrong with a new password: all of it, so that nobody has to guess twice. No rule asks for kinds of signs.
 *
 * @param names words that must not be in it: the sign-in name, the parts of the person's own name
 * @returns an empty list when the password may be taken
 */
export function passwordProblems(password: string, names: readonly string[] = []): readonly PasswordProblem[] {
  const text = normalPassword(password);
  const length = [...text].length;
  if (length > maximumPasswordLength) return ["too-long"];
  const problems: PasswordProblem[] = [];
  if (length < minimumPasswordLength) problems.push("too-short");
  if (isCommon(text)) problems.push("too-common");
  else if (length > 0 && isUniform(text)) problems.push("too-uniform");
  const lower = text.toLowerCase();
  const parts = names.flatMap((name) =>
    normalPassword(name)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  );
  if (parts.some((part) => [...part].length >= 4 && lower.includes(part))) problems.push("contains-name");
  return problems;
}
