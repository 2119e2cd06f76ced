import { MessageFormat } from "messageformat";

/** What is put into a message, by the name that it has there. */
export type MessageValues = Readonly<Record<string, string | number>>;

/** The texts of one catalogue in one language. */
export interface MessageTexts<Key extends string> {
  /** The text; what it needs is put in as plain text. Throws when a value is lacking: a mistake of the program. */
  text(key: Key, values?: MessageValues): string;
  /** The text of a key that is made from data, or the fallback when the catalogue has none. */
  dynamic(key: string, fallback: string, values?: MessageValues): string;
}

/**
 * Texts out of a catalogue in MessageFormat 2, each compiled when it is first asked for.
 *
 * @param tag - Language of numbers and plurals (BCP 47).
 */
export function messageTexts<Key extends string>(
  catalogue: Readonly<Record<Key, string>>,
  tag: string,
): MessageTexts<Key> {
  const compiled = new Map<Key, MessageFormat>();
  // Among letters that run from the right, a moment or a reference that is put in would be taken apart.
  const bidiIsolation = /^ar\b/.test(tag) ? "default" : "none";
  const isKey = (key: string): key is Key => Object.hasOwn(catalogue, key);
  const text: MessageTexts<Key>["text"] = (key, values = {}) => {
    let message = compiled.get(key);
    if (message === undefined) {
      message = new MessageFormat([tag], catalogue[key], { bidiIsolation });
      compiled.set(key, message);
    }
    return message.format(values, (error) => {
      throw new Error(`message ${key} in ${tag}: ${String(error)}`);
    });
  };
  return { text, dynamic: (key, fallback, values) => (isKey(key) ? text(key, values) : fallback) };
}
