import { type AuthorityId, authorityIdSchema, type Instant, instantSchema } from "../../words/index.ts";
import {
  type ArrivedMessage,
  type DeliveryOutcome,
  type ExchangeNode,
  type ExchangeNote,
  envelopeText,
  fingerprint,
  generatePrivateKey,
  type Introduction,
  introduce,
  isDirectoryProblem,
  type OwnKeys,
  type RandomBytes,
  type RetryPolicy,
  usableKey,
  usualRetryPolicy,
} from "../index.ts";
import { MemoryStore, type SimulatedTransaction } from "./memory-store.ts";

/** Chance from a seed (mulberry32): the same seed gives the same numbers, from 0 up to but not including 1. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomBytesOf(chance: () => number): RandomBytes {
  return (length) => Uint8Array.from({ length }, () => Math.floor(chance() * 256));
}

/** A clock that is set by hand. */
export class SetClock {
  milliseconds = Date.UTC(2026, 2, 2, 8);
  readonly now = (): Instant => instantSchema.parse(new Date(this.milliseconds).toISOString());
}

export const validFrom = instantSchema.parse("2026-01-01T00:00:00.000Z");
export const validUntil = instantSchema.parse("2027-12-31T23:59:59.999Z");

export interface Identity {
  readonly authority: AuthorityId;
  readonly keys: OwnKeys;
  readonly introduction: Introduction;
}

/** An authority with a key of each use. */
export async function identity(name: string): Promise<Identity> {
  const signing = await generatePrivateKey("signing", validFrom, validUntil);
  const encryption = await generatePrivateKey("encryption", validFrom, validUntil);
  const authority = authorityIdSchema.parse(name);
  return {
    authority,
    keys: { signing: [await usableKey(signing)], encryption: [await usableKey(encryption)] },
    introduction: { authority, keys: [signing.public, encryption.public] },
  };
}

type Deliver = (message: ArrivedMessage, transaction: SimulatedTransaction) => Promise<DeliveryOutcome>;

/** What a simulated authority does with a message unless a test says otherwise: it takes it, once. */
export const applyOnce: Deliver = async ({ envelope }, transaction) => {
  transaction.apply(envelope.from, envelope.id, envelopeText(envelope));
  return "delivered";
};

/** A simulated authority: its store outlives the process, the rest begins anew with each start. */
export class SimulatedAuthority {
  readonly store: MemoryStore;
  readonly notes: ExchangeNote[] = [];
  readonly own: Identity;
  readonly #clock: SetClock;
  readonly #random: RandomBytes;
  retryPolicy: RetryPolicy = usualRetryPolicy;
  deliver: Deliver = applyOnce;
  keys: OwnKeys;
  node: ExchangeNode<SimulatedTransaction>;

  constructor(own: Identity, clock: SetClock, chance: () => number) {
    this.own = own;
    this.keys = own.keys;
    this.store = new MemoryStore(own.authority);
    this.#clock = clock;
    this.#random = randomBytesOf(chance);
    this.node = this.start();
  }

  /** Starts the process, after a kill or for the first time. */
  start(): ExchangeNode<SimulatedTransaction> {
    this.store.restart();
    this.node = {
      authority: this.own.authority,
      store: this.store.process(),
      keys: () => this.keys,
      now: this.#clock.now,
      random: this.#random,
      retryPolicy: this.retryPolicy,
      deliver: (message, transaction) => this.deliver(message, transaction),
      report: (note) => this.notes.push(note),
    };
    return this.node;
  }

  /** Pins the other authority, as after a telephone call. */
  async meet(other: Identity): Promise<void> {
    const known = await introduce(other.introduction, fingerprint(other.introduction), this.#clock.now());
    if (isDirectoryProblem(known)) throw new Error(known.problem);
    await this.node.store.transaction((transaction) => transaction.saveAuthority(known));
  }
}

/** Two authorities that know each other. */
export async function twoAuthorities(
  clock: SetClock,
  chance: () => number,
): Promise<{ readonly arcadia: SimulatedAuthority; readonly bensalem: SimulatedAuthority }> {
  const arcadia = new SimulatedAuthority(await identity("arcadia-central"), clock, chance);
  const bensalem = new SimulatedAuthority(await identity("bensalem-central"), clock, chance);
  await arcadia.meet(bensalem.own);
  await bensalem.meet(arcadia.own);
  return { arcadia, bensalem };
}
