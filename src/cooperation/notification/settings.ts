import { z } from "zod";
import { type DefinitionProblem, readYamlFile } from "../../formats/index.ts";
import { alarmClasses } from "../definitions/index.ts";

const nameSchema = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "lower-case letters, digits and single hyphens")
  .max(40)
  .refine((name) => name !== "mail", "a name other than `mail`");
const variableSchema = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, "the name of an environment variable, such as SMTP_PASSWORD");
const hostSchema = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/, "the name of a host, such as smtp.central.example")
  .max(253);
const loopback = new Set(["localhost", "127.0.0.1", "::1"]);

const mailSchema = z
  .strictObject({
    host: hostSchema,
    port: z.int().min(1).max(65_535).optional(),
    security: z
      .enum(["starttls", "tls", "none"])
      .default("starttls")
      .describe("`none` only to a server on this machine, which encrypts further on."),
    certificateAuthority: z.string().min(1).optional().describe("PEM file of who issued the server's certificate."),
    from: z.email("an address such as duty-desk@central.example").max(254),
    user: z.string().min(1).max(200).optional(),
    passwordFile: z.string().min(1).optional().describe("File with the password, readable by nobody else."),
    passwordVariable: variableSchema.optional(),
  })
  .refine(({ security, host }) => security !== "none" || loopback.has(host), {
    path: ["security"],
    message: "`starttls` or `tls`; `none` only where `host` is this machine",
  })
  .refine(({ passwordFile, passwordVariable }) => passwordFile === undefined || passwordVariable === undefined, {
    path: ["passwordVariable"],
    message: "either `passwordFile` or `passwordVariable`",
  })
  .refine(
    ({ user, passwordFile, passwordVariable }) =>
      (user === undefined) === (passwordFile === undefined && passwordVariable === undefined),
    { path: ["user"], message: "`user` together with `passwordFile` or `passwordVariable`" },
  );

/** How mail leaves the authority. */
export type MailSettings = z.infer<typeof mailSchema>;

const webhookSchema = z
  .strictObject({
    name: nameSchema,
    address: z
      .url({ protocol: /^https$/, message: "an address that begins with https://" })
      .refine((text) => !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""), {
        message: "an address without a name and a password in it",
      }),
    certificateAuthority: z.string().min(1).optional().describe("PEM file of who issued the service's certificate."),
    secretFile: z.string().min(1).optional().describe("File with the secret that signs, readable by nobody else."),
    secretVariable: variableSchema.optional(),
  })
  .refine(({ secretFile, secretVariable }) => (secretFile === undefined) !== (secretVariable === undefined), {
    path: ["secretFile"],
    message: "either `secretFile` or `secretVariable`",
  });

/** A service that reaches people otherwise: a pager, a gateway for short messages, an on-call service. */
export type WebhookSettings = z.infer<typeof webhookSchema>;

const grades = z.array(z.enum(alarmClasses));

/** What is told, when, and over which channels: the file `notification.yaml` of an authority. */
export const notificationSchema = z
  .strictObject({
    signInAt: z
      .url({ protocol: /^https?$/, message: "an address such as https://central.example" })
      .optional()
      .describe("Where people sign in; the public address of the authority unless said."),
    escalateAfterMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(15)
      .describe("How long whoever was told of something urgent has to sign in, before the next is told."),
    urgentClocks: grades
      .default(["liberty", "loss-of-data"])
      .describe("Grades of clocks whose warnings and ends are told at any hour."),
    otherClocks: grades.default(["legal", "service"]).describe("Grades of clocks that are told outside the night."),
    mail: mailSchema.optional(),
    webhooks: z.array(webhookSchema).max(20).default([]),
  })
  .refine(({ mail, webhooks }) => mail !== undefined || webhooks.length > 0, {
    path: ["mail"],
    message: "one channel at least: `mail`, or a webhook",
  })
  .superRefine(({ webhooks }, context) => {
    webhooks.forEach(({ name }, index) => {
      if (webhooks.findIndex((other) => other.name === name) < index)
        context.addIssue({
          code: "custom",
          path: ["webhooks", index, "name"],
          message: "a name that is not there yet",
        });
    });
  });
export type NotificationSettings = z.infer<typeof notificationSchema>;

/** What the work needs of the settings. */
export type TellingRules = Pick<NotificationSettings, "escalateAfterMinutes" | "urgentClocks" | "otherClocks">;

const kind = { noun: "notification", described: "docs/how-to/reach-the-duty-officer.md" };

/** Reads the settings (YAML). All their faults are returned, each with its line; then there are none. */
export function readNotificationSettings(
  file: string,
  text: string,
): { readonly settings: NotificationSettings | undefined; readonly problems: readonly DefinitionProblem[] } {
  const { read, problems } = readYamlFile(file, text, kind);
  if (read === undefined) return { settings: undefined, problems };
  const fitted = read.against(notificationSchema);
  return fitted.fits ? { settings: fitted.value, problems: [] } : { settings: undefined, problems: fitted.problems };
}
