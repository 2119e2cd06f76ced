import { Constructed, fromBER, type Integer, Sequence } from "asn1js";
import {
  type Certificate,
  ContentInfo,
  IssuerAndSerialNumber,
  PKIStatus,
  SignedData,
  type SignerInfo,
  TimeStampResp,
  TSTInfo,
} from "pkijs";
import { certificateOf } from "./certificates.ts";
import { bytesOf, isOneValue } from "./der.ts";

/** Bytes of the largest token that is read. */
const largestToken = 256 * 1024;
const tstInfoType = "1.2.840.113549.1.9.16.1.4";
const dataType = "1.2.840.113549.1.7.1";

/** A token taken apart; nothing about it has been checked but its form. */
export interface OpenToken {
  readonly info: TSTInfo;
  readonly signer: SignerInfo;
  readonly issuerAndSerial: IssuerAndSerialNumber;
  readonly certificates: readonly Certificate[];
  /** Holds the signature over the content against a certificate; false also when it cannot be done. */
  signedBy(certificate: Certificate): Promise<boolean>;
}

/** Reads a token (RFC 3161, 2.4.2); undefined when it is malformed. */
export function openToken(token: Uint8Array): OpenToken | undefined {
  try {
    if (token.length > largestToken || !isOneValue(token)) return undefined;
    const outer = ContentInfo.fromBER(new Uint8Array(token));
    if (outer.contentType !== ContentInfo.SIGNED_DATA) return undefined;
    const signed = new SignedData({ schema: outer.content });
    const [signer] = signed.signerInfos;
    const content = signed.encapContentInfo.eContent;
    if (signer === undefined || signed.signerInfos.length !== 1 || content === undefined) return undefined;
    if (signed.encapContentInfo.eContentType !== tstInfoType || signed.version !== 3) return undefined;
    const { sid } = signer;
    const encoded = bytesOf(content.getValue());
    if (!(sid instanceof IssuerAndSerialNumber) || !isOneValue(encoded)) return undefined;
    const info = TSTInfo.fromBER(encoded);
    if (info.version !== 1 || Number.isNaN(info.genTime.getTime())) return undefined;
    const certificates = certificatesIn(outer.content);
    if (certificates === undefined) return undefined;
    return {
      info,
      signer,
      issuerAndSerial: sid,
      certificates,
      signedBy: async (certificate) => {
        // The library wants the stamped data for this type of content; here only their digest is known.
        const plain = new SignedData({ schema: outer.content });
        plain.encapContentInfo.eContentType = dataType;
        plain.certificates = [certificate];
        try {
          return await plain.verify({ signer: 0, checkChain: false });
        } catch {
          return false;
        }
      },
    };
  } catch {
    return undefined;
  }
}

/** The certificates that signed data carry, each as its bytes stand there; undefined when one of them cannot be read so. */
function certificatesIn(signedData: unknown): readonly Certificate[] | undefined {
  const parts = signedData instanceof Sequence ? signedData.valueBlock.value : [];
  const set = parts.find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 0);
  if (set === undefined) return [];
  if (!(set instanceof Constructed)) return undefined;
  const read = set.valueBlock.value.map((one) => certificateOf(bytesOf(one.valueBeforeDecodeView)));
  const certificates = read.filter((one) => one !== null);
  return certificates.length === read.length ? certificates : undefined;
}

/** What a service answered: a token, or that it gives none. */
export type Answer =
  | { readonly kind: "token"; readonly token: Uint8Array }
  | { readonly kind: "not-granted"; readonly status: number; readonly said: string }
  | { readonly kind: "malformed" };

/** Reads an answer of a time-stamp service (RFC 3161, 2.4.2). */
export function openAnswer(response: Uint8Array): Answer {
  try {
    if (response.length > largestToken || !isOneValue(response)) return { kind: "malformed" };
    const answer = TimeStampResp.fromBER(new Uint8Array(response));
    const { status, statusStrings } = answer.status;
    if (status !== PKIStatus.granted && status !== PKIStatus.grantedWithMods) {
      const said = (statusStrings ?? []).map((one) => one.getValue()).join(" ");
      return { kind: "not-granted", status, said: said.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, 300) };
    }
    const whole = fromBER(new Uint8Array(response)).result;
    const second = whole instanceof Sequence ? whole.valueBlock.value[1] : undefined;
    if (second === undefined) return { kind: "malformed" };
    // The bytes as they came: what is kept must be what was signed and sent.
    return { kind: "token", token: bytesOf(second.valueBeforeDecodeView) };
  } catch {
    return { kind: "malformed" };
  }
}

/** The bytes of a number that may stand in a token. */
export const integerBytes = (number: Integer): Uint8Array => bytesOf(number.valueBlock.valueHexView);
