/** How an authority's people are told outside the pages: its files, and the channels by which messages leave. */
export { mailChannel } from "./mail.ts";
export { type Notification, notificationFiles, notificationProblems, readNotification } from "./settings.ts";
export { webhookChannel, webhookSecret } from "./webhook.ts";
