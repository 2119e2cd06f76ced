// A second calculator, written another way: day by day over dates as text, with Date and Intl alone. It shares no code
// with the one under test and is slow on purpose.

export interface PlainCalendar {
  readonly timeZone: string;
  readonly restDays: readonly string[];
  readonly holidays: readonly {
    readonly on?: string | { readonly which: string; readonly weekday: string; readonly of: string } | undefined;
    readonly dates?: Readonly<Record<string, readonly string[]>> | undefined;
    readonly from?: number | undefined;
    readonly until?: number | undefined;
  }[];
  readonly workedRestDays?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly officeHours?:
    | readonly { readonly days: readonly string[]; readonly from: string; readonly until: string }[]
    | undefined;
}
interface PlainLength {
  readonly count: number;
  readonly unit: string;
}
export interface PlainRule {
  readonly length: PlainLength;
  readonly event: string;
  readonly onRestDay: string;
  readonly pauses: string;
  readonly hours: string;
  readonly leastWorkingDays?: number | undefined;
  readonly warnings: readonly PlainLength[];
}
export interface PlainPause {
  readonly from: number;
  readonly until: number;
}
export interface PlainAnswer {
  readonly due: number;
  readonly lastDay: string;
  readonly warnings: readonly number[];
}

const hour = 3_600_000;
const quarter = hour / 4;
const names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const monthNames = "january february march april may june july august september october november december".split(" ");

const clocks = new Map<string, Intl.DateTimeFormat>();
/** What the clock of a zone shows: the date, the minute of the day, and milliseconds into that minute. */
function shown(at: number, zone: string): { readonly date: string; readonly minute: number; readonly rest: number } {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const two = "2-digit" as const;
    clock = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      hourCycle: "h23",
    });
    clocks.set(zone, clock);
  }
  const text = clock.format(at);
  return {
    date: text.slice(0, 10),
    minute: Number(text.slice(12, 14)) * 60 + Number(text.slice(15, 17)),
    rest: ((at % 60_000) + 60_000) % 60_000,
  };
}

const midnightUtc = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const plusDays = (date: string, days: number): string =>
  new Date(midnightUtc(date) + days * 24 * hour).toISOString().slice(0, 10);
const nextDates = new Map<string, string>();
function next(date: string): string {
  let after = nextDates.get(date);
  if (after === undefined) {
    after = plusDays(date, 1);
    nextDates.set(date, after);
  }
  return after;
}

const starts = new Map<string, Map<string, number>>();
/** The first quarter of an hour at which the clock of a zone shows this date or a later one. */
function startOf(date: string, zone: string): number {
  const ofZone = starts.get(zone) ?? new Map<string, number>();
  starts.set(zone, ofZone);
  const known = ofZone.get(date);
  if (known !== undefined) return known;
  const utc = midnightUtc(date);
  const there = shown(utc, zone);
  let at = utc - (midnightUtc(there.date) + there.minute * 60_000 - utc) - 2.5 * hour;
  while (shown(at, zone).date >= date) at -= 24 * hour;
  while (shown(at, zone).date < date) at += quarter;
  ofZone.set(date, at);
  return at;
}

function dateOf(at: number, zone: string): string {
  const { date } = shown(at, zone);
  return startOf(next(date), zone) <= at ? next(date) : date;
}

const exists = (date: string, zone: string): boolean => startOf(date, zone) < startOf(next(date), zone);

const natures = new WeakMap<PlainCalendar, Map<string, boolean>>();
function works(date: string, calendar: PlainCalendar): boolean {
  const known = natures.get(calendar) ?? new Map<string, boolean>();
  natures.set(calendar, known);
  const nature = known.get(date) ?? worksByItsRules(date, calendar);
  known.set(date, nature);
  return nature;
}

function worksByItsRules(date: string, calendar: PlainCalendar): boolean {
  if (!exists(date, calendar.timeZone)) return false;
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8));
  const weekday = names[new Date(midnightUtc(date)).getUTCDay()] ?? "";
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  for (const { on, dates, from = 0, until = 9999 } of calendar.holidays) {
    if (year < from || year > until) continue;
    if (dates !== undefined && (dates[String(year)] ?? []).includes(date)) return false;
    if (typeof on === "string" && date.endsWith(on)) return false;
    if (typeof on === "object" && on.weekday === weekday && monthNames[month - 1] === on.of) {
      const nth = ["first", "second", "third", "fourth", "fifth"][Math.ceil(day / 7) - 1];
      if (on.which === "last" ? day + 7 > days : on.which === nth) return false;
    }
  }
  return !calendar.restDays.includes(weekday) || (calendar.workedRestDays?.[String(year)] ?? []).includes(date);
}

/** Milliseconds from one moment to another in which no pause covers the clock. */
function running(from: number, to: number, pauses: readonly PlainPause[]): number {
  const marks = [from, to, ...pauses.flatMap((pause) => [pause.from, pause.until])]
    .filter((mark) => mark >= from && mark <= to)
    .sort((a, b) => a - b);
  let sum = 0;
  marks.forEach((mark, index) => {
    const after = marks[index + 1];
    if (after !== undefined && !pauses.some((pause) => pause.from <= mark && mark < pause.until)) sum += after - mark;
  });
  return sum;
}

/** The first moment at which so much has run, found by halving; undefined when that is not before `latest`. */
function whenRun(from: number, length: number, pauses: readonly PlainPause[], latest: number): number | undefined {
  if (running(from, latest, pauses) < length) return undefined;
  let low = from;
  let high = latest;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (running(from, middle, pauses) >= length) high = middle;
    else low = middle + 1;
  }
  return high;
}

const farAway = Date.UTC(2300, 0, 1);

function endOfLength(
  rule: PlainRule,
  calendar: PlainCalendar,
  length: PlainLength,
  begin: number,
  extends_: boolean,
  pauses: readonly PlainPause[],
): number | undefined {
  const zone = calendar.timeZone;
  const longestFirst = pauses.filter((pause) => pause.from < pause.until).sort((a, b) => b.until - a.until);
  const touched = (date: string): PlainPause | undefined =>
    longestFirst.find((pause) => pause.from < startOf(next(date), zone) && pause.until > startOf(date, zone));
  const isOpen = (pause: PlainPause): boolean => pause.until === Number.POSITIVE_INFINITY;
  let end: number | undefined;
  if (length.unit === "hours") {
    let from = begin;
    if (!extends_ && rule.event === "not-counted") {
      const { minute, rest } = shown(from, zone);
      from += hour - (minute % 60) * 60_000 - rest;
    }
    const wanted = length.count * hour;
    if (rule.hours === "all") end = whenRun(from, wanted, pauses, farAway);
    else {
      let left = wanted;
      const open = pauses.find(isOpen);
      for (let at = Math.floor(from / quarter) * quarter; end === undefined; at += quarter) {
        if (open !== undefined && at >= open.from) return undefined;
        const { date, minute } = shown(at, zone);
        const weekday = names[new Date(midnightUtc(date)).getUTCDay()] ?? "";
        const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
        const isOffice = (calendar.officeHours ?? []).some(
          (hours) => hours.days.includes(weekday) && minutes(hours.from) <= minute && minute < minutes(hours.until),
        );
        if (!isOffice || !works(date, calendar)) continue;
        const first = Math.max(at, from);
        end = whenRun(first, left, pauses, at + quarter);
        left -= running(first, at + quarter, pauses);
      }
    }
  } else {
    const event = dateOf(extends_ ? begin - 1 : begin, zone);
    const counts = !extends_ && rule.event === "counted";
    const first = counts ? event : next(event);
    const byDay = rule.pauses === "days" || length.unit === "working-days";
    const countable = (date: string): boolean =>
      exists(date, zone) &&
      !(byDay && touched(date) !== undefined) &&
      (length.unit !== "working-days" || works(date, calendar));
    let wanted = length.count;
    if (length.unit === "months") {
      const [year = 0, month = 0, day = 0] = event.split("-").map(Number);
      const longest = new Date(Date.UTC(year, month - 1 + length.count + 1, 0)).getUTCDate();
      let last = new Date(Date.UTC(year, month - 1 + length.count, Math.min(day, longest))).toISOString().slice(0, 10);
      if (counts && day <= longest) last = plusDays(last, -1);
      wanted = 0;
      for (let date = first; date <= last; date = next(date)) if (exists(date, zone)) wanted++;
    }
    const open = pauses.find((pause) => isOpen(pause));
    const chosen: string[] = [];
    let worked = 0;
    for (let date = first; ; date = next(date)) {
      if (chosen.length >= wanted && (rule.leastWorkingDays === undefined || worked >= rule.leastWorkingDays)) break;
      if (byDay && open !== undefined && startOf(next(date), zone) > open.from) return undefined;
      if (!countable(date)) continue;
      chosen.push(date);
      if (rule.leastWorkingDays !== undefined && works(date, calendar)) worked++;
    }
    const last = chosen.at(-1) ?? first;
    end = startOf(next(last), zone);
    if (!byDay) end = whenRun(begin, end - begin, pauses, farAway);
  }
  if (end === undefined || rule.onRestDay === "none") return end;
  let day = dateOf(end - 1, zone);
  if (works(day, calendar)) return end;
  do {
    day = next(day);
    const pause = touched(day);
    if (pause !== undefined && isOpen(pause)) return undefined;
  } while (!works(day, calendar) || touched(day) !== undefined);
  return startOf(next(day), zone);
}

/** The moment at which a clock shows a date and a minute: the earlier of two, or as long after a gap as it lies in it. */
function momentOf(date: string, minute: number, rest: number, zone: string): number {
  const asUtc = midnightUtc(date) + minute * 60_000 + rest;
  const ahead = (at: number): number => {
    const there = shown(at, zone);
    return midnightUtc(there.date) + there.minute * 60_000 + there.rest - at;
  };
  const before = ahead(asUtc - 24 * hour);
  const after = ahead(asUtc + 24 * hour);
  const candidates = [asUtc - before, asUtc - after].filter((at) => ahead(at) === asUtc - at).sort((a, b) => a - b);
  return candidates[0] ?? asUtc - before;
}

/** When a time ends by the second calculator; undefined while the clock stands. */
export function plainDeadline(
  rule: PlainRule,
  calendar: PlainCalendar,
  start: number,
  pauses: readonly PlainPause[],
  extensions: readonly PlainLength[],
): PlainAnswer | undefined {
  const zone = calendar.timeZone;
  let end = endOfLength(rule, calendar, rule.length, start, false, pauses);
  for (const extension of extensions) {
    if (end !== undefined) end = endOfLength(rule, calendar, extension, end, true, pauses);
  }
  if (end === undefined) return undefined;
  const due = end;
  const lastDay = dateOf(due - 1, zone);
  const warnings = new Set<number>();
  for (const { count, unit } of rule.warnings) {
    if (unit === "hours") warnings.add(due - count * hour);
    else if (unit === "days" && startOf(next(lastDay), zone) === due)
      warnings.add(startOf(plusDays(lastDay, 1 - count), zone));
    else if (unit === "days") {
      const { date, minute, rest } = shown(due, zone);
      warnings.add(momentOf(plusDays(date, -count), minute, rest, zone));
    } else {
      let day = lastDay;
      let left = works(day, calendar) ? count - 1 : count;
      while (left > 0 && startOf(day, zone) > start) {
        day = plusDays(day, -1);
        if (works(day, calendar)) left--;
      }
      if (left === 0) warnings.add(startOf(day, zone));
    }
  }
  return { due, lastDay, warnings: [...warnings].filter((at) => at > start && at < due).sort((a, b) => a - b) };
}
