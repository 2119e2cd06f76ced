import { tables } from "./0001-tables.ts";
import { rights } from "./0002-rights.ts";
import { append } from "./0003-append.ts";
import { exchange } from "./0004-exchange.ts";
import { people } from "./0005-people.ts";
import { oversight } from "./0006-oversight.ts";
import { evidence } from "./0007-evidence.ts";
import { appendAtOnce } from "./0008-append-at-once.ts";
import { grantedMatters } from "./0009-granted-matters.ts";
import { messagesOfExchange } from "./0010-messages-of-exchange.ts";
import { alarmsOfOffices } from "./0011-alarms-of-offices.ts";
import { alarmsByIndex } from "./0012-alarms-by-index.ts";
import { recordSeals } from "./0013-record-seals.ts";
import { seenEvents } from "./0014-seen-events.ts";
import { ownSessions } from "./0015-own-sessions.ts";
import { sealedContents } from "./0016-sealed-contents.ts";
import { erasure } from "./0017-erasure.ts";
import { matterTypes } from "./0018-matter-types.ts";
import { notices } from "./0019-notices.ts";
import { appendLean } from "./0020-append-lean.ts";
import type { Migration } from "./migration.ts";

export type { Migration };

/** Every migration, in order. A published one is never changed: what follows is a new number. */
export const migrations: readonly Migration[] = [
  tables,
  rights,
  append,
  exchange,
  people,
  oversight,
  evidence,
  appendAtOnce,
  grantedMatters,
  messagesOfExchange,
  alarmsOfOffices,
  alarmsByIndex,
  recordSeals,
  seenEvents,
  ownSessions,
  sealedContents,
  erasure,
  matterTypes,
  notices,
  appendLean,
];
