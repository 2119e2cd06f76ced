import { z } from "zod";

/** What a length of time is counted in. `days` are days of the calendar, `working-days` those on which the State works. */
const clockUnits = ["hours", "days", "working-days", "months"] as const;

/** A length of time, such as 40 days. At most 20,000 of a unit, and 1,200 months. */
export const lengthSchema = z
  .strictObject({
    count: z.int().min(1).max(20_000),
    unit: z.enum(clockUnits),
  })
  .refine(({ count, unit }) => unit !== "months" || count <= 1200, {
    path: ["count"],
    message: "at most 1200 months",
  });
export type Length = Readonly<z.infer<typeof lengthSchema>>;

/** How long before the end a warning is given. */
export const warningSchema = z.strictObject({
  count: z.int().min(1).max(20_000),
  unit: z.enum(["hours", "days", "working-days"]),
});
export type Warning = Readonly<z.infer<typeof warningSchema>>;

/** The fields of a rule, for a definition that holds a rule among other things. */
const clockRuleFields = {
  length: lengthSchema,
  event: z
    .enum(["not-counted", "counted"])
    .default("not-counted")
    .describe(
      "Whether the day of the event is the first day of the time. For hours: not-counted begins at the next full hour of the State's clock, counted at the moment itself.",
    ),
  onRestDay: z
    .enum(["next-working-day", "none"])
    .default("none")
    .describe("What happens when the last day is no working day: the time ends with the next working day, or nothing."),
  pauses: z
    .enum(["days", "hours"])
    .default("days")
    .describe(
      "What a pause takes out of a time in days or months: every day it touches, or exactly its hours. Hours always stand exactly; of working days a pause takes those that it touches.",
    ),
  hours: z.enum(["all", "office"]).default("all").describe("Whether a time in hours runs in office hours only."),
  leastWorkingDays: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("The time lasts until it holds so many working days, as article 3(5) of Regulation 1182/71 wants two."),
  warnings: z.array(warningSchema).max(20).default([]).describe("How long before the end to warn."),
} as const;

/** How a time is counted: its length and what happens at its beginning, in pauses and at its end. */
export const clockRuleSchema = z.strictObject(clockRuleFields).superRefine(checkRule);
export type ClockRule = z.infer<typeof clockRuleSchema>;

/** Says what in a rule cannot go together; for a schema that holds `clockRuleFields` among its own fields. */
function checkRule(
  rule: Pick<ClockRule, "length" | "hours" | "leastWorkingDays">,
  context: { addIssue(issue: { code: "custom"; path: string[]; message: string }): void },
): void {
  if (rule.hours === "office" && rule.length.unit !== "hours")
    context.addIssue({ code: "custom", path: ["hours"], message: "office hours count for a length in hours only" });
  if (rule.leastWorkingDays !== undefined && rule.length.unit === "hours")
    context.addIssue({
      code: "custom",
      path: ["leastWorkingDays"],
      message: "a length in hours has no least number of working days",
    });
}
