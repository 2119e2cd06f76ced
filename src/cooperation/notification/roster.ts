import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { type DefinitionProblem, readYamlFile } from "../../formats/index.ts";
import { isTimeZone, weekdays } from "../clocks/index.ts";
import { type Instant, instantSchema, officeIdSchema } from "../words/index.ts";

const timeOfDay = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const endOfShift = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
const languageSchema = z.enum(["en", "zh", "ar"]);
const signInNameSchema = z.string().regex(/^[A-Za-z0-9._@-]{3,64}$/, "the name that the person types to sign in");

const reachSchema = z
  .strictObject({
    mail: z.email("an address such as duty@central.example").max(254).optional(),
    webhook: z.string().min(1).optional().describe("Name of a webhook in notification.yaml."),
    to: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}]*$/u, "no control characters")
      .optional()
      .describe("Whom the service behind the webhook shall reach, in its own words, such as a telephone number."),
  })
  .refine(({ mail, webhook }) => (mail === undefined) !== (webhook === undefined), "either `mail` or `webhook`")
  .refine(({ webhook, to }) => to === undefined || webhook !== undefined, {
    path: ["to"],
    message: "`to` only with `webhook`",
  });

/** One way to reach somebody. */
export type Reach = z.infer<typeof reachSchema>;

const rosterPersonSchema = z.strictObject({
  name: signInNameSchema.describe("The name that the person types to sign in."),
  language: languageSchema.default("en"),
  reachedBy: z.array(reachSchema).min(1).max(10),
});

const shiftSchema = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays])
      .describe("Days on which the shift begins."),
    from: z.string().regex(timeOfDay, 'a time in quotes, such as "18:00"').default("00:00"),
    until: z
      .string()
      .regex(endOfShift, 'a time in quotes, such as "08:00" or "24:00"')
      .default("24:00")
      .describe("Not later than `from`: on the next day."),
    first: z.iso.date('a date in quotes, such as "2027-03-10"').optional().describe("The first day it begins on."),
    last: z.iso.date('a date in quotes, such as "2027-03-17"').optional().describe("The last day it begins on."),
    people: z
      .array(signInNameSchema)
      .min(1)
      .optional()
      .describe("Who is on duty: the first is told first, the others when nobody answers. Left out: everybody."),
  })
  .refine(({ first, last }) => first === undefined || last === undefined || first <= last, {
    path: ["last"],
    message: "a date that is not before `first`",
  });

const quietSchema = z.strictObject({
  from: z.string().regex(timeOfDay, 'a time in quotes, such as "20:00"'),
  until: z.string().regex(timeOfDay, 'a time in quotes, such as "07:00"'),
});

const officeRosterSchema = z.strictObject({
  office: officeIdSchema,
  language: languageSchema.default("en").describe("Of what is sent to the addresses of the office."),
  timeZone: z
    .string()
    .refine(isTimeZone, "a time zone of the IANA database, such as Europe/Vienna")
    .optional()
    .describe("The clock of the shifts; that of the State's calendar unless said."),
  reachedBy: z
    .array(reachSchema)
    .max(10)
    .default([])
    .describe("Addresses of the office itself, such as its telephone."),
  night: quietSchema
    .default({ from: "20:00", until: "07:00" })
    .describe("When only what is urgent is told, and only to those on duty."),
  shifts: z.array(shiftSchema).default([]).describe("The first one that covers a moment counts."),
});

/** The roster of one office. */
export type OfficeRoster = z.infer<typeof officeRosterSchema>;

/** Who is reached how, and who is on duty when: the file `duty-roster.yaml` of an authority. */
export const rosterSchema = z
  .strictObject({
    people: z.array(rosterPersonSchema).default([]),
    offices: z.array(officeRosterSchema).default([]),
  })
  .superRefine(({ people, offices }, context) => {
    people.forEach(({ name }, index) => {
      if (people.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < index)
        context.addIssue({ code: "custom", path: ["people", index, "name"], message: "a name that is not there yet" });
    });
    offices.forEach(({ office, shifts }, index) => {
      if (offices.findIndex((other) => other.office === office) < index)
        context.addIssue({
          code: "custom",
          path: ["offices", index, "office"],
          message: "an office that is not there yet",
        });
      const names = new Set(people.map(({ name }) => name.toLowerCase()));
      shifts.forEach((shift, place) => {
        shift.people?.forEach((name, which) => {
          if (!names.has(name.toLowerCase()))
            context.addIssue({
              code: "custom",
              path: ["offices", index, "shifts", place, "people", which],
              message: "the name of somebody who stands under `people`",
            });
        });
      });
    });
  });

/** Who is reached how, and who is on duty when. */
export type Roster = z.infer<typeof rosterSchema>;

const kind = { noun: "roster", described: "docs/how-to/reach-the-duty-officer.md" };

/** Reads a duty roster (YAML). All its faults are returned, each with its line; then there is no roster. */
export function readRoster(
  file: string,
  text: string,
): { readonly roster: Roster | undefined; readonly problems: readonly DefinitionProblem[] } {
  const { read, problems } = readYamlFile(file, text, kind);
  if (read === undefined) return { roster: undefined, problems };
  const fitted = read.against(rosterSchema);
  return fitted.fits ? { roster: fitted.value, problems: [] } : { roster: undefined, problems: fitted.problems };
}

/** Who is on duty at a moment. */
export interface Duty {
  /** Sign-in names, in the order in which they are told; undefined: everybody of the office. */
  readonly people: readonly string[] | undefined;
  /** When the shift ends; undefined where none covers the moment. */
  readonly until: Instant | undefined;
  /** Whether only what is urgent is told now. */
  readonly night: boolean;
}

/**
 * Who is on duty in an office. By the clock of the office: an hour that the clock skips belongs to nobody's shift, one
 * that it shows twice belongs twice to the same.
 *
 * @param timeZone - Of the State; used where the roster names none.
 */
export function dutyAt(roster: OfficeRoster | undefined, at: Instant, timeZone: string): Duty {
  if (roster === undefined) return { people: undefined, until: undefined, night: false };
  const zone = roster.timeZone ?? timeZone;
  const shown = Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDateTime();
  const night = between(shown.toPlainTime(), roster.night.from, roster.night.until);
  for (const shift of roster.shifts) {
    // A shift that goes over midnight began yesterday.
    for (const day of [shown.toPlainDate(), shown.toPlainDate().subtract({ days: 1 })]) {
      const end = endOf(shift, day, shown);
      if (end === undefined) continue;
      const until = instantSchema.parse(
        end.toZonedDateTime(zone).toInstant().toString({ smallestUnit: "millisecond" }),
      );
      return { people: shift.people, until, night };
    }
  }
  return { people: undefined, until: undefined, night };
}

/** The end of a shift that began on a day, where it covers the time that the clock shows. */
function endOf(
  shift: OfficeRoster["shifts"][number],
  day: Temporal.PlainDate,
  shown: Temporal.PlainDateTime,
): Temporal.PlainDateTime | undefined {
  const weekday = weekdays[day.dayOfWeek - 1];
  const date = day.toString();
  if (weekday === undefined || !shift.days.includes(weekday)) return undefined;
  if ((shift.first !== undefined && date < shift.first) || (shift.last !== undefined && date > shift.last))
    return undefined;
  const start = day.toPlainDateTime(shift.from);
  const next = shift.until <= shift.from || shift.until === "24:00";
  const end = (next ? day.add({ days: 1 }) : day).toPlainDateTime(shift.until === "24:00" ? "00:00" : shift.until);
  const covers = Temporal.PlainDateTime.compare(start, shown) <= 0 && Temporal.PlainDateTime.compare(shown, end) < 0;
  return covers ? end : undefined;
}

function between(time: Temporal.PlainTime, from: string, until: string): boolean {
  const text = time.toString({ smallestUnit: "minute" });
  if (from === until) return false;
  return from < until ? from <= text && text < until : text >= from || text < until;
}
