/**
 * Beginnings of the passwords that people choose most, in lower case. Compiled for this project from what is generally
 * known; every listed password shorter than the minimum matters only with something before or after it.
 */
const common: readonly string[] = [
  "123456789",
  "12345678",
  "1234567",
  "123456",
  "12345",
  "1234",
  "987654321",
  "password",
  "passwort",
  "passw0rd",
  "contrasena",
  "motdepasse",
  "parola",
  "mima",
  "qwertyuiop",
  "qwerty",
  "qwertz",
  "azerty",
  "asdfghjkl",
  "asdfgh",
  "zxcvbnm",
  "1q2w3e4r5t6y",
  "1q2w3e4r",
  "1qaz2wsx3edc",
  "1qaz2wsx",
  "qazwsxedc",
  "qazwsx",
  "abc123",
  "abcdefgh",
  "abcdef",
  "iloveyou",
  "letmein",
  "welcome",
  "monkey",
  "dragon",
  "sunshine",
  "princess",
  "football",
  "baseball",
  "basketball",
  "superman",
  "batman",
  "master",
  "shadow",
  "michael",
  "jennifer",
  "jordan",
  "hunter",
  "killer",
  "trustno1",
  "whatever",
  "freedom",
  "starwars",
  "pokemon",
  "charlie",
  "summer",
  "winter",
  "spring",
  "autumn",
  "secret",
  "administrator",
  "admin",
  "root",
  "user",
  "login",
  "guest",
  "default",
  "changeme",
  "changeit",
  "test",
  "temporary",
  "temp",
  "example",
  "computer",
  "internet",
  "google",
  "facebook",
  "samsung",
  "microsoft",
  "windows",
  "hello",
  "flower",
  "cookie",
  "chocolate",
  "cheese",
  "lovely",
  "liverpool",
  "chelsea",
  "arsenal",
  "barcelona",
  "justitia",
  "justice",
  "ministry",
  "police",
  "prosecutor",
  "embassy",
  "government",
  "correcthorsebatterystaple",
];

export const minimumPasswordLength = 12;
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
const commonPlain: ReadonlySet<string> = new Set(common.flatMap((word) => [word, plainLetters(word)]));

/** A common password with nothing but digits and signs around it, or repeated. */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const plain = plainLetters(lower);
  return [lower, core, plain, plainLetters(core), plain.replace(/[^\p{L}]+$/u, "")].some((text) => {
    const once = /^(.+?)\1*$/u.exec(text)?.[1] ?? text;
    return commonPlain.has(text) || commonPlain.has(once);
  });
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
