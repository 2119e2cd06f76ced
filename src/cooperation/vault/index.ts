export { checkVault, type VaultCheck, type VaultProblem } from "./check.ts";
export {
  decryptBytes,
  decryptStream,
  encryptBytes,
  type Identity,
  isRecipient,
  newIdentity,
  type Recipient,
  recipientOf,
} from "./encryption.ts";
export { fileIdOf, type StoredFile, storedFileSchema, type UploadId, uploadIdSchema } from "./layout.ts";
export { filesOfVault, type LyingFile, lyingFile, uploadsOfVault } from "./lying.ts";
export { decryptWithPassphrase, encryptWithPassphrase } from "./passphrase.ts";
export { isUploadRefusal, mostPartBytes, openUploads, type UploadRefusal, type Uploads } from "./uploads.ts";
export { FileErased, openVault, type Vault, VaultDamaged } from "./vault.ts";
