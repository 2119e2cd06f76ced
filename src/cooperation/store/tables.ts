import type { ColumnType, GeneratedAlways, RawBuilder } from "kysely";
import type { JsonObject } from "../words/index.ts";

/** Both drivers hand out a moment as a date and take its text. */
type Moment = ColumnType<Date, string, string>;
type MomentOrNone = ColumnType<Date | null, string | null, string | null>;
/** Both drivers hand out parsed JSON; it is given as text, because a list would be taken for an array of SQL. */
type JsonColumn<Value> = ColumnType<Value, string, string>;
/** A `bigint`: its text from one driver, a number from the other. */
type Big = string | number;

interface MatterTable {
  matter: string;
  sequence: number;
  type: string;
  type_version: string;
  side: string;
  state: string;
  open: boolean;
  office: string;
  assignee: string | null;
  restricted: boolean;
  granted: string[];
  barred: string[];
  partner: string | null;
  reference: string | null;
  urgent: boolean;
  opened_at: Moment;
  changed_at: Moment;
  due_at: MomentOrNone;
  /** Whether it has, or once had, clocks or items of evidence. */
  has_parts: boolean;
  erased_at: MomentOrNone;
  erasable_from: MomentOrNone;
}

interface EventTable {
  matter: string;
  sequence: number;
  position: GeneratedAlways<Big>;
  id: string;
  name: string;
  at: Moment;
  by: JsonColumn<JsonObject>;
  /** Of what is kept in the open; all else is sealed. */
  data: JsonColumn<JsonObject | null>;
  sealed: Uint8Array | null;
  /** Digest of what is sealed; null where it was kept in the open before. */
  contents: string | null;
  /** The message that the event is about, where it is about one. */
  message: string | null;
  digest: string;
  previous: string | null;
  command: string;
}

interface CommandTable {
  command: string;
  matter: string;
  person: string | null;
  at: Moment;
  first: number;
  last: number;
}

interface ClockTable {
  matter: string;
  clock: string;
  state: string;
  started_at: Moment;
  due_at: MomentOrNone;
  alarm_at: MomentOrNone;
  data: JsonColumn<JsonObject>;
  /** Of the matter, so that the alarms of an office are found by an index. */
  office: string;
  assignee: string | null;
  /** How grave the alarm is: 0 is the gravest. */
  weight: number;
}

interface EvidenceItemTable {
  item: string;
  matter: string;
  exhibit: string;
  kind: string;
  stage: string;
  digest: string | null;
  bytes: Big | null;
  data: JsonColumn<JsonObject>;
}

interface ReadLogTable {
  entry: GeneratedAlways<Big>;
  at: Moment;
  person: string | null;
  office: string | null;
  role: string | null;
  matter: string;
  what: string;
  reason: string | null;
  sealed_reason: Uint8Array | null;
}

interface SeenTable {
  person: string;
  matter: string;
  sequence: number;
}

interface OfficeTable {
  office: string;
  name: string;
  data: JsonColumn<JsonObject>;
}

interface PersonTable {
  person: string;
  office: string;
  name: string;
  roles: string[];
  active: boolean;
  data: JsonColumn<JsonObject>;
}

interface PartnerTable {
  authority: string;
  state: string;
  name: string;
  active: boolean;
  data: JsonColumn<JsonObject>;
}

interface ExchangeInboxTable {
  from: string;
  id: string;
  state: string;
}

interface ExchangeOutboxTable {
  id: string;
  state: string;
}

interface ExchangeEvidenceTable {
  from: string;
  message: string;
  name: string;
  at: Moment;
  evidence: string;
  signed: string;
}

interface EvidenceToNoteTable {
  place: GeneratedAlways<Big>;
  sender: string;
  message: string;
  evidence: string;
}

interface LogEntryTable {
  index: Big;
  digest: string;
}

interface CorrespondenceTable {
  partner: string;
  request: string;
  matter: string;
  sent: number;
  received: number;
}

interface MatterMessageTable {
  sender: string;
  message: string;
  place: GeneratedAlways<Big>;
  matter: string;
  direction: string;
  event: string;
  at: Moment;
}

/** Without the password, which the application may not select. */
interface AccountTable {
  person: string;
  name: string;
  password: ColumnType<never, string | null, never>;
  one_time_until: MomentOrNone;
}

interface SessionTable {
  digest: string;
  person: string;
  means: string;
  role: string | null;
  started_at: Moment;
  seen_at: Moment;
  ends_at: Moment;
  browser: string | null;
  proved_at: Moment;
}

interface SignInAttemptsTable {
  key: string;
  failures: number;
  last_at: Big;
  locked_until: Big;
}

interface PasskeyTable {
  id: string;
  person: string;
  public_key: string;
  counter: Big;
  transports: string[];
  backed_up: boolean;
  added_at: Moment;
  used_at: MomentOrNone;
}

interface PasskeyChallengeTable {
  challenge: string;
  person: string | null;
  until: Moment;
}

interface AdministrativeActTable {
  entry: GeneratedAlways<Big>;
  at: Moment;
  person: string | null;
  office: string | null;
  role: string | null;
  operator: string | null;
  act: string;
  subject: string;
  data: JsonColumn<JsonObject>;
}

interface PartnerLogTable {
  authority: string;
  log_key: string;
  witness_key: string;
  known_since: Moment;
  checkpoint: string | null;
  seen_at: MomentOrNone;
  their_seen: ColumnType<Big, number | undefined, number>;
  cosigned: string | null;
  cosigned_size: ColumnType<Big, number | undefined, number>;
  cosigned_at: MomentOrNone;
}

interface CheckpointOfferTable {
  authority: string;
  message: string;
  size: ColumnType<Big, number, number>;
  position: ColumnType<Big, number, number>;
  offered_at: Moment;
  answered: boolean;
}

interface LogAlarmTable {
  entry: GeneratedAlways<Big>;
  at: Moment;
  log: string;
  said_by: string;
  code: string;
  message: string;
}

/** The digests of a seal are bytes, which each driver hands out otherwise: they are asked for as hexadecimal text. */
interface RecordSealTable {
  record: string;
  first: ColumnType<Big, number, never>;
  last: ColumnType<Big, number, never>;
  sealed_at: Moment;
  salt: string;
  digests: ColumnType<never, RawBuilder<Uint8Array>, never>;
}

interface KeptFileTable {
  file: string;
  matter: string;
  digest: string;
  bytes: ColumnType<Big, number, number>;
  name: string;
  kept_at: Moment;
}

interface UploadTable {
  upload: string;
  matter: string;
  person: string;
  begun_at: Moment;
}

interface MatterKeyTable {
  matter: string;
  wrapped: Uint8Array;
}

interface ErasureTable {
  matter: string;
  at: Moment;
  finished_at: MomentOrNone;
}

interface CountedFactTable {
  fact: string;
  data: JsonColumn<JsonObject>;
}

interface NoticeTable {
  notice: GeneratedAlways<string>;
  kind: string;
  urgent: boolean;
  office: string;
  matter: string;
  about: string;
  moment: Moment;
  raised_at: Moment;
  look_at: MomentOrNone;
  acknowledged_at: MomentOrNone;
  acknowledged_by: string | null;
  given_up_at: MomentOrNone;
}

interface NoticeDeliveryTable {
  delivery: GeneratedAlways<string>;
  notice: string;
  person: string | null;
  channel: string;
  state: ColumnType<string, never, string>;
  queued_at: Moment;
  attempts: ColumnType<number, never, number>;
  next_attempt_at: Moment;
  sent_at: MomentOrNone;
  problem: string | null;
}

interface MatterTypeTable {
  type: string;
  version: number;
  digest: string;
  definition: JsonColumn<JsonObject>;
  kept_at: Moment;
}

/** The tables as the application sees them. */
export interface Tables {
  "cooperation.matter": MatterTable;
  "cooperation.event": EventTable;
  "cooperation.matter_key": MatterKeyTable;
  "cooperation.erasure": ErasureTable;
  "cooperation.counted_fact": CountedFactTable;
  "cooperation.command": CommandTable;
  "cooperation.clock": ClockTable;
  "cooperation.evidence_item": EvidenceItemTable;
  "cooperation.read_log": ReadLogTable;
  "cooperation.seen": SeenTable;
  "cooperation.office": OfficeTable;
  "cooperation.person": PersonTable;
  "cooperation.partner": PartnerTable;
  /** Of the tables of the exchange only the columns by which matters find their messages; the exchange knows the rest. */
  "cooperation.exchange_inbox": ExchangeInboxTable;
  "cooperation.exchange_outbox": ExchangeOutboxTable;
  "cooperation.exchange_evidence": ExchangeEvidenceTable;
  "cooperation.evidence_to_note": EvidenceToNoteTable;
  "cooperation.log_entry": LogEntryTable;
  "cooperation.correspondence": CorrespondenceTable;
  "cooperation.matter_message": MatterMessageTable;
  "cooperation.account": AccountTable;
  "cooperation.session": SessionTable;
  "cooperation.sign_in_attempts": SignInAttemptsTable;
  "cooperation.passkey": PasskeyTable;
  "cooperation.passkey_challenge": PasskeyChallengeTable;
  "cooperation.administrative_act": AdministrativeActTable;
  "cooperation.partner_log": PartnerLogTable;
  "cooperation.checkpoint_offer": CheckpointOfferTable;
  "cooperation.log_alarm": LogAlarmTable;
  "cooperation.record_seal": RecordSealTable;
  "cooperation.kept_file": KeptFileTable;
  "cooperation.upload": UploadTable;
  "cooperation.matter_type": MatterTypeTable;
  "cooperation.notice": NoticeTable;
  "cooperation.notice_delivery": NoticeDeliveryTable;
}
