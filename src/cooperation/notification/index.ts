/** Telling people outside the pages that something waits for them: who is on duty, what is told, to whom, until somebody answers. */
export {
  type NoticeKind,
  type NoticeRecord,
  newestNotices,
  raiseForClocks,
  raiseNotice,
} from "./notices.ts";
export { channelOf } from "./recipients.ts";
export {
  type Duty,
  dutyAt,
  type OfficeRoster,
  type Reach,
  type Roster,
  readRoster,
  rosterSchema,
} from "./roster.ts";
export {
  type MailSettings,
  type NotificationSettings,
  notificationSchema,
  readNotificationSettings,
  type TellingRules,
  type WebhookSettings,
} from "./settings.ts";
export {
  acknowledgeNotices,
  type Channel,
  type OutgoingMessage,
  type SendingOutcome,
  type TellingParts,
  type TellingTrouble,
  tellWhatWaits,
} from "./telling.ts";
