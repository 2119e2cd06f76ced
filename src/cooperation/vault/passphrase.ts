import { Decrypter, Encrypter } from "age-encryption";

/** Base-2 logarithm of scrypt's work; 18 is what age itself uses. */
const workFactor = 18;

/** Encrypts a small content so that a passphrase opens it (age, scrypt). */
export async function encryptWithPassphrase(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const to = new Encrypter();
  to.setPassphrase(passphrase.normalize("NFKC"));
  to.setScryptWorkFactor(workFactor);
  return await to.encrypt(bytes);
}

/** Opens what `encryptWithPassphrase` made; undefined when the passphrase does not fit or a byte was changed. */
export async function decryptWithPassphrase(bytes: Uint8Array, passphrase: string): Promise<Uint8Array | undefined> {
  const by = new Decrypter();
  by.addPassphrase(passphrase.normalize("NFKC"));
  try {
    return await by.decrypt(bytes);
  } catch {
    return undefined;
  }
}
