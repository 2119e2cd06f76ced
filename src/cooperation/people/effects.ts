/** Chance: as many unpredictable bytes as asked for, such as `randomBytes` of node:crypto. */
export type RandomBytes = (length: number) => Uint8Array;

/** Bytes as they stand in cookies, forms and addresses. */
export const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
