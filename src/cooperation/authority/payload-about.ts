import { z } from "zod";
import { authorisationSchema, evidenceItemSchema } from "../custody/index.ts";
import { messageIdSchema } from "../exchange/index.ts";
import { digestSchema, eventIdSchema } from "../words/index.ts";

/** What is said of a payload: which correspondence it belongs to, and what it is there. */
export const aboutSchema = z.discriminatedUnion("content", [
  z.strictObject({
    version: z.literal(1),
    content: z.literal("exhibit"),
    correspondence: messageIdSchema,
    /** The custody event of its transmission at the sender. */
    event: eventIdSchema,
    item: evidenceItemSchema,
    reason: z.string().min(1).max(2000),
    authorisation: authorisationSchema.optional(),
  }),
  z.strictObject({
    version: z.literal(1),
    content: z.literal("document"),
    correspondence: messageIdSchema,
    digest: digestSchema,
    name: z.string().min(1).max(500),
  }),
]);
export type About = z.infer<typeof aboutSchema>;

/** The same without what is undefined, which JSON cannot say. */
export function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
