import { type AuthorityId, type Digest, digestOf, type Instant } from "../../words/index.ts";
import {
  type EvidenceName,
  type EvidenceSummary,
  type ExchangeStore,
  type ExchangeTransaction,
  evidenceSummary,
  type InboxEntry,
  type IncomingPayload,
  type KnownAuthority,
  type MessageId,
  type OutboxEntry,
  type OutgoingPayload,
  type RefusalRecord,
  type SignedEvidence,
} from "../index.ts";

/** The process ended, as by `kill -9`: what was not committed is gone, and nothing after this point happened. */
export class ProcessKilled extends Error {}

/** What a simulated authority keeps of its own beside the exchange, in the same transaction. */
export interface SimulatedTransaction extends ExchangeTransaction {
  /** Takes note that a message was applied; throws when it was applied before. */
  apply(from: AuthorityId, id: MessageId, text: string): void;
}

interface Tables {
  readonly authorities: Map<string, KnownAuthority>;
  readonly inbox: Map<string, InboxEntry>;
  readonly accepted: Map<string, InboxEntry>;
  readonly outbox: Map<string, OutboxEntry>;
  readonly waiting: Map<string, OutboxEntry>;
  readonly evidence: Map<string, SignedEvidence>;
  readonly outgoing: Map<string, OutgoingPayload>;
  readonly incoming: Map<string, IncomingPayload>;
  readonly chunks: Map<string, Uint8Array>;
  readonly applied: Map<string, string>;
  readonly log: Map<number, Digest>;
  readonly refusals: Map<number, RefusalRecord>;
}

/**
 * A store that survives the process: transactions one after the other, undone when they fail, and a process that can be
 * killed before any of its steps, also before and after a commit.
 */
export class MemoryStore {
  readonly tables: Tables = {
    authorities: new Map(),
    inbox: new Map(),
    accepted: new Map(),
    outbox: new Map(),
    waiting: new Map(),
    evidence: new Map(),
    outgoing: new Map(),
    incoming: new Map(),
    chunks: new Map(),
    applied: new Map(),
    log: new Map(),
    refusals: new Map(),
  };
  readonly origin: string;
  #process = 0;
  #stepsLeft = Number.POSITIVE_INFINITY;
  #last: Promise<unknown> = Promise.resolve();

  constructor(origin: string) {
    this.origin = origin;
  }

  /** The store as the running process sees it. */
  process(): ExchangeStore<SimulatedTransaction> {
    const process = this.#process;
    return {
      transaction: (work) => {
        const result = this.#last.then(() => this.#transact(process, work));
        this.#last = result.catch(() => undefined);
        return result;
      },
    };
  }

  /** Kills the process when it has taken so many more steps, or at once. */
  killAfter(steps: number): void {
    this.#stepsLeft = steps;
  }

  /** Starts the process again; what an older one still does comes to nothing. */
  restart(): void {
    this.#process += 1;
    this.#stepsLeft = Number.POSITIVE_INFINITY;
  }

  #step(process: number): void {
    this.#stepsLeft -= 1;
    if (process !== this.#process || this.#stepsLeft < 0) throw new ProcessKilled("the process was killed");
  }

  async #transact<Result>(
    process: number,
    work: (transaction: SimulatedTransaction) => Promise<Result>,
  ): Promise<Result> {
    const undo: (() => void)[] = [];
    let result: Result;
    try {
      this.#step(process);
      result = await work(this.#transaction(() => this.#step(process), undo));
      this.#step(process);
    } catch (error) {
      for (const back of undo.reverse()) back();
      throw error;
    }
    // Committed: a process killed here keeps what it did, and nobody hears of it.
    this.#step(process);
    return result;
  }

  #transaction(step: () => void, undo: (() => void)[]): SimulatedTransaction {
    const tables = this.tables;
    const { origin } = this;
    const put = <Key, Value>(table: Map<Key, Value>, key: Key, value: Value | undefined): void => {
      const before = table.get(key);
      undo.push(() => (before === undefined ? table.delete(key) : table.set(key, before)));
      if (value === undefined) table.delete(key);
      else table.set(key, value);
    };
    const add = <Key, Value>(table: Map<Key, Value>, key: Key, value: Value): void => {
      if (table.has(key)) throw new Error(`there is an entry ${String(key)} already`);
      put(table, key, value);
    };
    const indexInbox = (entry: InboxEntry): void =>
      put(tables.accepted, `${entry.from} ${entry.id}`, entry.state === "accepted" ? entry : undefined);
    const indexOutbox = (entry: OutboxEntry): void =>
      put(tables.waiting, entry.id, entry.state === "waiting" ? entry : undefined);
    const first = <Value>(values: Iterable<Value>, fits: (value: Value) => boolean, limit: number): Value[] => {
      const found: Value[] = [];
      for (const value of values) {
        if (found.length >= limit) break;
        if (fits(value)) found.push(value);
      }
      return found;
    };
    return {
      authority: async (id) => {
        step();
        return tables.authorities.get(id);
      },
      authorityOfKey: async (kid) => {
        step();
        return [...tables.authorities.values()].find(({ keys }) => keys.some(({ key }) => key.kid === kid));
      },
      saveAuthority: async (known) => {
        step();
        put(tables.authorities, known.authority, known);
      },
      // Its transactions come one after the other.
      lockMessage: async () => step(),
      inboxEntry: async (from, id) => {
        step();
        return tables.inbox.get(`${from} ${id}`);
      },
      addInboxEntry: async (entry) => {
        step();
        add(tables.inbox, `${entry.from} ${entry.id}`, entry);
        indexInbox(entry);
      },
      saveInboxEntry: async (entry) => {
        step();
        put(tables.inbox, `${entry.from} ${entry.id}`, entry);
        indexInbox(entry);
      },
      undelivered: async (at: Instant, limit) => {
        step();
        return first(tables.accepted.values(), ({ deliverAt }) => deliverAt <= at, limit);
      },
      outboxEntry: async (id) => {
        step();
        return tables.outbox.get(id);
      },
      addOutboxEntry: async (entry) => {
        step();
        add(tables.outbox, entry.id, entry);
        indexOutbox(entry);
      },
      saveOutboxEntry: async (entry) => {
        step();
        put(tables.outbox, entry.id, entry);
        indexOutbox(entry);
      },
      outboxDue: async (at: Instant, limit) => {
        step();
        return first(tables.waiting.values(), ({ nextAttemptAt }) => nextAttemptAt <= at, limit);
      },
      evidence: async (from, message, name) => {
        step();
        return tables.evidence.get(evidenceKey(from, message, name));
      },
      addEvidence: async (evidence) => {
        step();
        const { message, evidence: name } = evidence.evidence;
        add(tables.evidence, evidenceKey(message.from, message.id, name), evidence);
      },
      outgoingPayload: async (id) => {
        step();
        return tables.outgoing.get(id);
      },
      addOutgoingPayload: async (payload) => {
        step();
        add(tables.outgoing, payload.id, payload);
      },
      saveOutgoingPayload: async (payload) => {
        step();
        put(tables.outgoing, payload.id, payload);
      },
      outgoingPayloadsDue: async (at: Instant, limit) => {
        step();
        const due = ({ announced, state, nextAttemptAt }: OutgoingPayload): boolean =>
          announced && state === "waiting" && nextAttemptAt <= at;
        return first(tables.outgoing.values(), due, limit);
      },
      incomingPayload: async (from, id) => {
        step();
        return tables.incoming.get(`${from} ${id}`);
      },
      addIncomingPayload: async (payload) => {
        step();
        add(tables.incoming, `${payload.from} ${payload.id}`, payload);
      },
      saveIncomingPayload: async (payload) => {
        step();
        put(tables.incoming, `${payload.from} ${payload.id}`, payload);
      },
      addChunk: async (from, payload, number, bytes) => {
        step();
        add(tables.chunks, `${from} ${payload} ${number}`, Uint8Array.from(bytes));
      },
      removeChunks: async (from, payload) => {
        for (const key of tables.chunks.keys()) if (key.startsWith(`${from} ${payload} `)) tables.chunks.delete(key);
      },
      chunk: async (from, payload, number) => {
        step();
        return tables.chunks.get(`${from} ${payload} ${number}`);
      },
      appendToLog: async (digest) => {
        step();
        const index = tables.log.size;
        add(tables.log, index, digest);
        return { origin, index };
      },
      addRefusal: async (refusal) => {
        step();
        add(tables.refusals, tables.refusals.size, refusal);
      },
      apply: (from, id, text) => add(tables.applied, `${from} ${id}`, text),
    };
  }

  /** Everything it holds of evidence, as it compares it with another authority. */
  evidenceSummaries(): EvidenceSummary[] {
    return [...this.tables.evidence.values()].map(evidenceSummary);
  }

  /** SHA-256 of the chunks of a payload, put together. */
  payloadDigest(from: AuthorityId, id: MessageId): Digest {
    const chunks = this.tables.incoming.get(`${from} ${id}`)?.chunks ?? 0;
    const parts = Array.from({ length: chunks }, (_, number) => this.tables.chunks.get(`${from} ${id} ${number}`));
    return digestOf(Buffer.concat(parts.map((part) => part ?? new Uint8Array())));
  }
}

function evidenceKey(from: AuthorityId, message: MessageId, name: EvidenceName): string {
  return `${from} ${message} ${name}`;
}
