/** Certificates for servers that tests start on this machine. */
import { webcrypto } from "node:crypto";
import { Integer, PrintableString } from "asn1js";
import { AttributeTypeAndValue, Certificate, Time } from "pkijs";

const pem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .replace(/(.{64})/g, "$1\n")}\n-----END ${label}-----\n`;

/** A certificate for a name that nobody vouches for but itself, with its key; both PEM. */
export async function selfSigned(name: string): Promise<{ readonly key: string; readonly cert: string }> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: 1 });
  const whose = new AttributeTypeAndValue({ type: "2.5.4.3", value: new PrintableString({ value: name }) });
  certificate.subject.typesAndValues = [whose];
  certificate.issuer.typesAndValues = [whose];
  certificate.notBefore = new Time({ type: 0, value: new Date("2026-01-01T00:00:00Z") });
  certificate.notAfter = new Time({ type: 0, value: new Date("2036-01-01T00:00:00Z") });
  await certificate.subjectPublicKeyInfo.importKey(publicKey);
  await certificate.sign(privateKey, "SHA-256");
  return {
    key: pem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", privateKey)),
    cert: pem("CERTIFICATE", certificate.toSchema(true).toBER()),
  };
}
