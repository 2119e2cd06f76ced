import { z } from "zod";
import { type Introduction, introductionSchema } from "../exchange/index.ts";
import { stateCodeSchema } from "../words/index.ts";

/** What an authority hands over to be introduced: its keys, and for convenience who and where it says that it is. */
export const introductionLetterSchema = introductionSchema.extend({
  state: stateCodeSchema.optional(),
  name: z.string().max(200).optional(),
  /** Where its messages are brought, such as `https://central.example/exchange`. */
  exchange: z.string().max(500).optional(),
});
export type IntroductionLetter = z.infer<typeof introductionLetterSchema>;

/** Of a letter, what the fingerprint stands for. */
export const introductionOf = ({ authority, keys }: IntroductionLetter): Introduction => ({ authority, keys });

/** The letter as text, for a file or a page. */
export const introductionText = (letter: IntroductionLetter): string => `${JSON.stringify(letter, undefined, 2)}\n`;

/** Reads a letter that somebody sent; undefined when it is none. */
export function readIntroduction(text: string): IntroductionLetter | undefined {
  if (text.length > 100_000) return undefined;
  try {
    return introductionLetterSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
