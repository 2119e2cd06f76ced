/** A text taken apart as a date, a date and time, or a month. */
export interface Moment {
  readonly type: "date" | "datetime" | "year-month";
  /** strftime layout; `{1}` and `{2}` stand for day and month where the text does not say which is which. */
  readonly layout: string;
  readonly year: number;
  readonly first: number;
  readonly second: number;
  readonly hour: number;
  readonly midnight: boolean;
}

/** How a column writes dates, with what a person must decide. */
export interface MomentForm {
  readonly type: "date" | "datetime" | "year-month";
  /** strftime; several with `|` between, most frequent first. */
  readonly format: string;
  /** Texts that fit none of the formats, or a day that does not exist. */
  readonly fits: (text: string) => string | undefined;
  readonly questions: readonly string[];
  readonly offset: boolean;
  readonly universal: boolean;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const longMonths = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const clock =
  /^(?<between>T| |, )(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?<fraction>\.\d{1,6})?)?(?<half> ?[AaPp][Mm])?(?<zone>Z|[+-]\d{2}:?\d{2})?$/;
const day = /^(?<a>\d{1,4})(?<sign>[-./ ])(?<b>\d{1,2}|\p{L}{3,9})\k<sign>(?<c>\d{4}|\d{2})(?<rest>.*)$/u;

/** Takes a text apart as a moment, or gives undefined. Whether the day exists is not asked here. */
export function momentOf(text: string): Moment | undefined {
  if (text.length < 6 || text.length > 40 || !/\d/.test(text)) return undefined;
  return dayOf(text) ?? monthOf(text) ?? compactOf(text);
}

function dayOf(text: string): Moment | undefined {
  const groups = day.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { a = "", sign = "", b = "", c = "", rest = "" } = groups;
  const time = timeOf(rest);
  if (time === undefined) return undefined;
  const type = rest === "" ? "date" : "datetime";
  if (a.length === 4) {
    if (c.length !== 2 || !/^\d+$/.test(b)) return undefined;
    const layout = `%Y${sign}%m${sign}%d${time.layout}`;
    return { type, layout, year: Number(a), first: Number(c), second: Number(b), ...time.values };
  }
  if (a.length === 3) return undefined;
  const year = c.length === 4 ? Number(c) : Number(c) + (Number(c) > 68 ? 1900 : 2000);
  const yearSign = c.length === 4 ? "%Y" : "%y";
  if (/^\d+$/.test(b)) {
    const layout = `{1}${sign}{2}${sign}${yearSign}${time.layout}`;
    return { type, layout, year, first: Number(a), second: Number(b), ...time.values };
  }
  const month = monthName(b);
  if (month === undefined) return undefined;
  const layout = `%d${sign}${month.sign}${sign}${yearSign}${time.layout}`;
  return { type, layout, year, first: Number(a), second: month.number, ...time.values };
}

const noTime = { layout: "", values: { hour: 0, midnight: true } };

function timeOf(
  rest: string,
): { readonly layout: string; readonly values: { readonly hour: number; readonly midnight: boolean } } | undefined {
  if (rest === "") return noTime;
  const groups = clock.exec(rest)?.groups;
  if (groups === undefined) return undefined;
  const { between = "", hour = "", minute = "", second, fraction, half, zone } = groups;
  if (Number(minute) > 59 || Number(second ?? 0) > 59) return undefined;
  const twelve = half !== undefined;
  const layout = [
    between,
    twelve ? "%I" : "%H",
    ":%M",
    second === undefined ? "" : ":%S",
    fraction === undefined ? "" : ".%f",
    half === undefined ? "" : half.startsWith(" ") ? " %p" : "%p",
    zone === undefined ? "" : zone === "Z" ? "Z" : "%z",
  ].join("");
  const at = Number(hour);
  const midnight =
    Number(minute) === 0 &&
    Number(second ?? 0) === 0 &&
    Number(fraction ?? 0) === 0 &&
    (twelve ? at === 12 && /a/i.test(half) : at === 0);
  return { layout, values: { hour: twelve && (at < 1 || at > 12) ? 99 : at, midnight } };
}

function monthName(text: string): { readonly number: number; readonly sign: string } | undefined {
  const plain = text.toLowerCase();
  const short = months.indexOf(plain);
  if (short !== -1) return { number: short + 1, sign: "%b" };
  const long = longMonths.indexOf(plain);
  return long === -1 ? undefined : { number: long + 1, sign: "%B" };
}

function monthOf(text: string): Moment | undefined {
  const none = { hour: 0, midnight: true, first: 1, type: "year-month" as const };
  const forward = /^(\d{4})([-/M])(\d{1,2})$/.exec(text);
  if (forward !== null)
    return { ...none, layout: `%Y${forward[2]}%m`, year: Number(forward[1]), second: Number(forward[3]) };
  const backward = /^(\d{1,2})([-/.])(\d{4})$/.exec(text);
  if (backward !== null)
    return { ...none, layout: `%m${backward[2]}%Y`, year: Number(backward[3]), second: Number(backward[1]) };
  const named = /^(\p{L}{3,9})([- ])(\d{4})$/u.exec(text);
  const month = named === null ? undefined : monthName(named[1] ?? "");
  if (named === null || month === undefined) return undefined;
  return { ...none, layout: `${month.sign}${named[2]}%Y`, year: Number(named[3]), second: month.number };
}

/** `20240131` and `202401`: such numbers are dates only where a whole column of them exists in the calendar. */
function compactOf(text: string): Moment | undefined {
  const found = /^(\d{4})(\d{2})(\d{2})?$/.exec(text);
  if (found === null) return undefined;
  const type = found[3] === undefined ? "year-month" : "date";
  return {
    type,
    layout: type === "date" ? "%Y%m%d" : "%Y%m",
    year: Number(found[1]),
    first: Number(found[3] ?? 1),
    second: Number(found[2]),
    hour: 0,
    midnight: true,
  };
}

function exists(year: number, month: number, dayOfMonth: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === dayOfMonth;
}

/** Least share of a column's texts that a layout must have to be declared beside the most frequent one. */
const leastShare = 0.001;

/** How a column writes dates, from distinct texts with their counts; undefined when none of them is a date. */
export function momentForm(texts: ReadonlyMap<string, number>): MomentForm | undefined {
  const layouts = new Map<
    string,
    { moments: number; large: [number, number]; midnight: number; type: Moment["type"] }
  >();
  let total = 0;
  for (const [text, count] of texts) {
    const moment = momentOf(text);
    if (moment === undefined) continue;
    total += count;
    const kept = layouts.get(moment.layout) ?? { moments: 0, large: [0, 0], midnight: 0, type: moment.type };
    kept.moments += count;
    if (moment.first > 12) kept.large[0] += count;
    if (moment.second > 12) kept.large[1] += count;
    if (moment.midnight) kept.midnight += count;
    layouts.set(moment.layout, kept);
  }
  if (total === 0) return undefined;
  const chosen = [...layouts]
    .filter(([, { moments }]) => moments >= Math.max(3, total * leastShare) || moments === total)
    .sort(([a, one], [b, other]) => other.moments - one.moments || (a < b ? -1 : 1))
    .slice(0, 4);
  const [first] = chosen;
  if (first === undefined) return undefined;
  const questions: string[] = [];
  const dayFirst = new Map<string, boolean>();
  const formats = chosen.map(([layout, { large }]) => {
    if (!layout.includes("{1}")) return layout;
    const isDayFirst = large[0] === large[1] ? true : large[0] > large[1];
    dayFirst.set(layout, isDayFirst);
    if (large[0] === 0 && large[1] === 0)
      questions.push("no day above 12 was seen: day.month and month.day are both possible; day first is only assumed");
    else if (large[0] > 0 && large[1] > 0)
      questions.push(
        `both orders were seen: the first number is above 12 in ${large[0]} cells, the second in ${large[1]}`,
      );
    const [one, other] = isDayFirst ? ["%d", "%m"] : ["%m", "%d"];
    return layout.replace("{1}", one).replace("{2}", other);
  });
  if (chosen.length > 1) questions.push(`${chosen.length} forms of dates were seen in one column`);
  if (formats.some((format) => format.includes("%y")))
    questions.push("years have two digits: the century is assumed (69 to 99 are read as 1969 to 1999)");
  const clocks = chosen.some(([, { type }]) => type === "datetime");
  // A midnight of another zone can belong to another day here, so a time with an offset stays a time.
  const offset = formats.some((format) => format.includes("%z"));
  const idle = !offset && chosen.every(([, { moments, midnight }]) => moments === midnight);
  if (clocks && idle) questions.push("every time of day is midnight, so only the date is kept");
  const type = clocks ? (idle ? "date" : "datetime") : first[1].type;
  const known = new Set(chosen.map(([layout]) => layout));
  return {
    type,
    format: formats.join("|"),
    questions,
    offset,
    universal: formats.some((format) => format.endsWith("Z")),
    fits(text) {
      const moment = momentOf(text);
      if (moment === undefined || !known.has(moment.layout)) return undefined;
      const swap = moment.layout.includes("{1}") && dayFirst.get(moment.layout) === false;
      const [date, month] = swap ? [moment.second, moment.first] : [moment.first, moment.second];
      if (moment.hour > 23 || moment.year < 1 || !exists(moment.year, month, date)) return undefined;
      const two = (value: number): string => String(value).padStart(2, "0");
      const yearMonth = `${String(moment.year).padStart(4, "0")}-${two(month)}`;
      return type === "year-month" ? yearMonth : `${yearMonth}-${two(date)}`;
    },
  };
}
