import type { OutgoingMessage, SendingOutcome } from "../../../cooperation/index.ts";

/** What is said, in the language of whoever reads it. */
export interface WordedNotice {
  readonly subject: string;
  readonly text: string;
}

/** Sends what is said over one channel. Never throws for what the network does. */
export type SendNotice = (message: OutgoingMessage, words: WordedNotice) => Promise<SendingOutcome>;
