import { argon2, timingSafeEqual } from "node:crypto";
import type { RandomBytes } from "./effects.ts";
import { maximumPasswordLength, normalPassword } from "./password-rules.ts";

/** What a hash costs: memory in KiB, passes over it, lanes. */
export interface PasswordCost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** The least that OWASP's Password Storage Cheat Sheet recommends for argon2id: 19 MiB, two passes, one lane. */
export const passwordCost: PasswordCost = { memory: 19_456, passes: 2, parallelism: 1 };

const saltBytes = 16;
const hashBytes = 32;
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

function derive(password: string, salt: Uint8Array, cost: PasswordCost, length: number): Promise<Uint8Array> {
  const parameters = {
    message: Buffer.from(normalPassword(password), "utf8"),
    nonce: salt,
    tagLength: length,
    ...cost,
  };
  return new Promise((resolve, reject) => {
    argon2("argon2id", parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

function phcText({ memory, passes, parallelism }: PasswordCost, salt: Uint8Array, hash: Uint8Array): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

interface StoredPassword {
  readonly cost: PasswordCost;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

function parsePhc(text: string): StoredPassword {
  const match = phc.exec(text);
  if (match === null) throw new TypeError("a stored password is not an argon2id hash in PHC form");
  const [, memory, passes, parallelism, salt = "", hash = ""] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}

/**
 * The text to store for a password: argon2id with its own salt and costs, in PHC form.
 *
 * @throws RangeError for a password above the greatest length; say so at the field before with `passwordProblems`
 */
export async function hashPassword(password: string, random: RandomBytes, cost = passwordCost): Promise<string> {
  if ([...normalPassword(password)].length > maximumPasswordLength) throw new RangeError("the password is too long");
  const salt = random(saltBytes);
  return phcText(cost, salt, await derive(password, salt, cost, hashBytes));
}

export interface PasswordCheck {
  readonly fits: boolean;
  /** It fits, and was stored at a lower cost than wanted: store `hashPassword` of it anew. */
  readonly rehash: boolean;
}

/**
 * Whether a password is the stored one. The comparison takes the same time wherever the difference lies.
 *
 * @param stored what `hashPassword` made, or null for a person who does not exist or has no password: it takes as
 * long and never fits
 * @throws TypeError when the stored text is not one of ours
 */
export async function checkPassword(
  password: string,
  stored: string | null,
  cost = passwordCost,
): Promise<PasswordCheck> {
  if ([...normalPassword(password)].length > maximumPasswordLength) return { fits: false, rehash: false };
  const known =
    stored === null ? { cost, salt: new Uint8Array(saltBytes), hash: new Uint8Array(hashBytes) } : parsePhc(stored);
  const hash = await derive(password, known.salt, known.cost, known.hash.length);
  const fits = timingSafeEqual(hash, known.hash) && stored !== null;
  const cheaper =
    known.cost.memory < cost.memory || known.cost.passes < cost.passes || known.cost.parallelism < cost.parallelism;
  return { fits, rehash: fits && (cheaper || known.hash.length < hashBytes || known.salt.length < saltBytes) };
}
