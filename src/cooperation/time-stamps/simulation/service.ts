import { webcrypto } from "node:crypto";
import { Integer, Null, ObjectIdentifier, OctetString, PrintableString, Sequence, UTCTime } from "asn1js";
import {
  Accuracy,
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  ExtKeyUsage,
  IssuerAndSerialNumber,
  MessageImprint,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  Time,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from "pkijs";
import { derOf } from "../certificates.ts";
import { bytesOf } from "../der.ts";

/** A certificate with its private key. */
export interface Holder {
  readonly certificate: Certificate;
  readonly key: webcrypto.CryptoKey;
}

export interface CertificateWish {
  readonly name: string;
  readonly issuer?: Holder;
  readonly from?: string;
  readonly until?: string;
  readonly authority?: boolean;
  readonly pathLength?: number;
  readonly purposes?: readonly string[];
  readonly purposesCritical?: boolean;
  /** Bits of the key usage, as the one byte that holds them. */
  readonly keyUsage?: number;
  readonly key?: "P-256" | "RSA-1024" | "RSA-2048";
  readonly hash?: "SHA-1" | "SHA-256";
  readonly strangeExtension?: boolean;
}

export const timeStamping = "1.3.6.1.5.5.7.3.8";
export const serverAuthentication = "1.3.6.1.5.5.7.3.1";
let serial = 0;

/** A certificate as wished, signed by its issuer or by itself. */
export async function makeHolder(wish: CertificateWish): Promise<Holder> {
  const keys =
    wish.key === undefined || wish.key === "P-256"
      ? await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"])
      : await webcrypto.subtle.generateKey(
          {
            name: "RSASSA-PKCS1-v1_5",
            modulusLength: wish.key === "RSA-1024" ? 1024 : 2048,
            publicExponent: Uint8Array.of(1, 0, 1),
            hash: "SHA-256",
          },
          true,
          ["sign", "verify"],
        );
  const certificate = new Certificate();
  certificate.version = 2;
  serial += 1;
  certificate.serialNumber = new Integer({ value: serial });
  certificate.subject.typesAndValues = [
    new AttributeTypeAndValue({ type: "2.5.4.3", value: new PrintableString({ value: wish.name }) }),
  ];
  const issuer = wish.issuer ?? { certificate, key: keys.privateKey };
  certificate.issuer.typesAndValues = issuer.certificate.subject.typesAndValues;
  certificate.notBefore = new Time({ type: 0, value: new Date(wish.from ?? "2026-01-01T00:00:00Z") });
  certificate.notAfter = new Time({ type: 0, value: new Date(wish.until ?? "2030-01-01T00:00:00Z") });
  const extensions: Extension[] = [];
  const add = (extnID: string, critical: boolean, value: { toBER(): ArrayBuffer }): void =>
    void extensions.push(new Extension({ extnID, critical, extnValue: value.toBER() }));
  if (wish.authority === true)
    add(
      "2.5.29.19",
      true,
      new BasicConstraints({
        cA: true,
        ...(wish.pathLength === undefined ? {} : { pathLenConstraint: wish.pathLength }),
      }).toSchema(),
    );
  if (wish.purposes !== undefined)
    add("2.5.29.37", wish.purposesCritical ?? true, new ExtKeyUsage({ keyPurposes: [...wish.purposes] }).toSchema());
  if (wish.keyUsage !== undefined)
    extensions.push(
      new Extension({ extnID: "2.5.29.15", critical: true, extnValue: Uint8Array.of(3, 2, 0, wish.keyUsage).buffer }),
    );
  if (wish.strangeExtension === true) add("2.5.29.30", true, new Null());
  certificate.extensions = extensions;
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(issuer.key, wish.hash ?? "SHA-256");
  const read = Certificate.fromBER(certificate.toSchema(true).toBER());
  return { certificate: read, key: keys.privateKey };
}

export interface TokenWish {
  readonly signer: Holder;
  readonly at?: string;
  readonly policy?: string;
  readonly nonce?: Uint8Array;
  readonly imprint: { readonly oid: string; readonly digest: Uint8Array };
  /** Certificates that go with it; that of the signer when nothing is said. */
  readonly carries?: readonly Certificate[];
  /** Whose digest the signature is bound to; null binds it to none. */
  readonly boundTo?: Certificate | null;
  readonly contentType?: string;
  readonly attributesTwice?: boolean;
  readonly hash?: "SHA-1" | "SHA-256";
}

const tstInfoType = "1.2.840.113549.1.9.16.1.4";

/** A token as wished. */
export async function makeToken(wish: TokenWish): Promise<Uint8Array> {
  const { certificate, key } = wish.signer;
  const info = new TSTInfo({
    version: 1,
    policy: wish.policy ?? "1.2.3.4.1",
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: wish.imprint.oid, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(wish.imprint.digest) }),
    }),
    serialNumber: new Integer({ value: 7 }),
    genTime: new Date(wish.at ?? "2026-06-01T12:00:00Z"),
    accuracy: new Accuracy({ seconds: 1, millis: 500 }),
    ...(wish.nonce === undefined ? {} : { nonce: new Integer({ valueHex: new Uint8Array(wish.nonce) }) }),
  });
  const content = bytesOf(info.toSchema().toBER());
  const hash = wish.hash ?? "SHA-256";
  const bound = wish.boundTo === undefined ? certificate : wish.boundTo;
  const attributes = [
    new Attribute({
      type: "1.2.840.113549.1.9.3",
      values: [new ObjectIdentifier({ value: wish.contentType ?? tstInfoType })],
    }),
    new Attribute({ type: "1.2.840.113549.1.9.5", values: [new UTCTime({ valueDate: info.genTime })] }),
    new Attribute({
      type: "1.2.840.113549.1.9.4",
      values: [new OctetString({ valueHex: await webcrypto.subtle.digest(hash, content) })],
    }),
  ];
  if (bound !== null) {
    const digest = await webcrypto.subtle.digest("SHA-256", new Uint8Array(derOf(bound)));
    const identifier = new Sequence({ value: [new OctetString({ valueHex: digest })] });
    const value = new Sequence({ value: [new Sequence({ value: [identifier] })] });
    attributes.push(new Attribute({ type: "1.2.840.113549.1.9.16.2.47", values: [value] }));
    if (wish.attributesTwice === true)
      attributes.push(new Attribute({ type: "1.2.840.113549.1.9.16.2.47", values: [value] }));
  }
  const signed = new SignedData({
    version: 3,
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: tstInfoType,
      eContent: new OctetString({ valueHex: content }),
    }),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        signedAttrs: new SignedAndUnsignedAttributes({ type: 0, attributes }),
      }),
    ],
    certificates: [...(wish.carries ?? [certificate])],
  });
  await signed.sign(key, 0, hash);
  const outer = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) });
  return bytesOf(outer.toSchema().toBER());
}

/** The answer of a service: granted with a token, or another status without. */
export function makeAnswer(token: Uint8Array | undefined, status = 0): Uint8Array {
  const answer = new TimeStampResp({
    status: new PKIStatusInfo({ status }),
    ...(token === undefined ? {} : { timeStampToken: ContentInfo.fromBER(new Uint8Array(token)) }),
  });
  return bytesOf(answer.toSchema().toBER());
}

/** What a request asks for. */
export function readRequest(request: Uint8Array): {
  readonly oid: string;
  readonly digest: Uint8Array;
  readonly nonce: Uint8Array | undefined;
  readonly policy: string | undefined;
  readonly certificates: boolean;
} {
  const { messageImprint, nonce, reqPolicy, certReq } = TimeStampReq.fromBER(new Uint8Array(request));
  return {
    oid: messageImprint.hashAlgorithm.algorithmId,
    digest: bytesOf(messageImprint.hashedMessage.valueBlock.valueHexView),
    nonce: nonce === undefined ? undefined : bytesOf(nonce.valueBlock.valueHexView),
    policy: reqPolicy,
    certificates: certReq === true,
  };
}
