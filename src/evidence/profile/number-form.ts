/** How numbers are written, and how surely that is known. */
export interface NumberForm {
  readonly integer: boolean;
  readonly decimal: "." | ",";
  readonly thousands: "" | "," | "." | " " | "'";
  /** Set when the texts allow another reading too: a person must decide. */
  readonly open?: string | undefined;
}

const parts =
  /^[+-]?(?<whole>\d{1,3}(?:(?<group>[,. '\u00a0\u202f\u2019])\d{3})(?:\k<group>\d{3})*(?!\d)|\d+)(?:(?<decimal>[.,])(?<fraction>\d+))?(?<exponent>[eE][+-]?\d+)?$/u;
const largest = 2n ** 63n - 1n;

/** Different texts from which on fractions of always three digits are unlikely: programs leave zeros at the end out. */
const enoughOpen = 5;

type Sign = "," | "." | " " | "'";

/**
 * How a column writes its numbers, from distinct texts with their counts. A single sign before three digits (`297.192`)
 * can be either; it is held against the rest of the column: numbers of four and more digits without a sign, or other
 * fractions, settle it. Undefined when no text is a number.
 */
export function numberForm(texts: ReadonlyMap<string, number>): NumberForm | undefined {
  const either = new Map<Sign, number>();
  const grouping = new Map<Sign, number>();
  const decimals = new Map<"." | ",", number>();
  let long = 0;
  let openTexts = 0;
  let numbers = 0;
  let exponents = 0;
  const add = <K>(map: Map<K, number>, key: K, count: number): void => void map.set(key, (map.get(key) ?? 0) + count);
  for (const [text, count] of texts) {
    const groups = parts.exec(text)?.groups;
    if (groups === undefined) continue;
    numbers += count;
    const { whole = "", group, decimal, exponent } = groups;
    if (exponent !== undefined) exponents += count;
    const sign = signOf(group);
    if (sign === undefined) {
      if (decimal === "." || decimal === ",") add(decimals, decimal, count);
      if (whole.length > 3) long += count;
      continue;
    }
    const pairs = whole.length - whole.replaceAll(group ?? "", "").length;
    if (decimal === "." || decimal === ",") {
      add(grouping, sign, count);
      add(decimals, decimal, count);
    } else if (pairs > 1 || sign === " " || sign === "'") add(grouping, sign, count);
    // 0.125 is no thousand: groups do not begin with a zero.
    else if (/^[+-]?0/.test(text)) add(decimals, sign, count);
    else {
      add(either, sign, count);
      openTexts += 1;
    }
  }
  if (numbers === 0) return undefined;
  const [sureDecimal] = ordered(decimals);
  const [sureThousands] = ordered(grouping);
  const [openSign] = ordered(either);
  const integer = decimals.size === 0 && exponents === 0;
  if (sureThousands !== undefined && sureThousands !== sureDecimal) {
    const decimal = sureDecimal ?? (sureThousands === "." ? "," : ".");
    return { integer, decimal, thousands: sureThousands };
  }
  if (sureDecimal !== undefined) {
    const both =
      sureThousands === undefined ? undefined : `"${sureDecimal}" stands before thousands and fractions alike`;
    const thousands = openSign === undefined || openSign === sureDecimal ? "" : openSign;
    return { integer: false, decimal: sureDecimal, thousands, open: both };
  }
  if (openSign === undefined) return { integer, decimal: ".", thousands: "" };
  const point = openSign === "," ? "," : ".";
  if (long > 0 && openTexts < enoughOpen) {
    return {
      integer: false,
      decimal: point,
      thousands: "",
      open: `"${openSign}" is read as the decimal sign, because larger numbers stand without it; it could separate thousands`,
    };
  }
  return {
    integer: exponents === 0,
    decimal: openSign === "." ? "," : ".",
    thousands: openSign,
    open: `"${openSign}" is read as the separator of thousands, because three digits follow it everywhere; it could be the decimal sign`,
  };
}

function signOf(group: string | undefined): Sign | undefined {
  if (group === undefined) return undefined;
  if (group === "," || group === ".") return group;
  return group === "'" || group === "\u2019" ? "'" : " ";
}

function ordered<K>(counts: ReadonlyMap<K, number>): K[] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([key]) => key);
}

/** The number that a text is under a form, or undefined when the declared reader would refuse it. */
export function numberOf(text: string, form: NumberForm): number | undefined {
  const groups = parts.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { whole = "", group, decimal, fraction, exponent } = groups;
  const bare = group === undefined ? whole : whole.replaceAll(group, "");
  const sign = text.startsWith("-") ? "-" : "";
  if (group !== undefined && decimal === undefined && group === form.decimal && whole.split(group).length === 2)
    return form.integer ? undefined : Number(`${sign}${whole.replace(group, ".")}${exponent ?? ""}`);
  if (group !== undefined && group !== form.thousands) return undefined;
  if (decimal !== undefined && (form.integer || decimal !== form.decimal)) return undefined;
  if (exponent !== undefined && form.integer) return undefined;
  if (form.integer && BigInt(bare) > largest) return undefined;
  return Number(`${sign}${bare}${fraction === undefined ? "" : `.${fraction}`}${exponent ?? ""}`);
}

/** Whether whole numbers are rather codes: written with zeros in front, or too long to be counts. */
export function looksLikeCode(text: string): boolean {
  return /^0\d+$/.test(text) || /^\d{16,}$/.test(text);
}
