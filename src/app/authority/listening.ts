import { BlockList, isIP } from "node:net";
import { exitCodes, UserError } from "../exit-codes.ts";
import { clientAddress } from "./client-address.ts";

/** Where the pages of an authority are to be reached, as it was asked for. */
export interface ListeningOptions {
  readonly host: string;
  readonly port: number;
  readonly httpsKey?: string;
  readonly httpsCertificate?: string;
  /** Addresses, or networks such as `10.0.0.0/8`, of proxies that say truly who asks. */
  readonly trustedProxies: readonly string[];
  readonly publicAddress?: string;
}

/** Where the pages are reached. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** Files with key and certificate; undefined where a proxy, or nobody, encrypts. */
  readonly tls: { readonly key: string; readonly certificate: string } | undefined;
  /** Undefined until the port is known. */
  readonly publicAddress: string | undefined;
  readonly https: boolean;
  /** Whether everybody comes through a trusted proxy. */
  readonly proxied: boolean;
  readonly trusts: (address: string) => boolean;
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

/**
 * What was asked for, if it is safe: passwords and matters go over a network encrypted or not at all.
 *
 * @throws UserError with what to do instead.
 */
export function listeningFrom(options: ListeningOptions): Listening {
  const { host, port, httpsKey, httpsCertificate, trustedProxies } = options;
  if ((httpsKey === undefined) !== (httpsCertificate === undefined))
    throw new UserError("--https-key and --https-certificate belong together: give both.", exitCodes.usage);
  const tls =
    httpsKey === undefined || httpsCertificate === undefined
      ? undefined
      : { key: httpsKey, certificate: httpsCertificate };
  const trusts = trusting(trustedProxies);
  if (!isLoopback(host) && tls === undefined && trustedProxies.length === 0)
    throw new UserError(
      `--host ${host}: pages with passwords are not sent over a network unencrypted. Give --https-key and ` +
        "--https-certificate, or stand behind a proxy that encrypts and name it with --trusted-proxy <address>.",
      exitCodes.usage,
    );
  const publicAddress = options.publicAddress === undefined ? undefined : publicAddressFrom(options.publicAddress);
  if (publicAddress === undefined && (host === "0.0.0.0" || host === "::" || trustedProxies.length > 0))
    throw new UserError(
      "--public-address: say where people reach the pages, such as https://central.example.",
      exitCodes.usage,
    );
  if (tls !== undefined && publicAddress?.startsWith("http:") === true)
    throw new UserError(
      `--public-address ${publicAddress}: with a certificate it begins with https://.`,
      exitCodes.usage,
    );
  return {
    hostname: host,
    port,
    tls,
    publicAddress,
    https: tls !== undefined || publicAddress?.startsWith("https:") === true,
    proxied: trustedProxies.length > 0 && tls === undefined,
    trusts,
  };
}

/** A public address: scheme, name and port, nothing more. @throws UserError */
export function publicAddressFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fine =
    url !== undefined && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (
    !fine ||
    url.pathname !== "/" ||
    url.search !== "" ||
    url.hash !== "" ||
    url.username !== "" ||
    url.password !== ""
  )
    throw new UserError(
      `--public-address ${text}: expected an address such as https://central.example; http only on this machine.`,
      exitCodes.usage,
    );
  return url.origin;
}

function trusting(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const proxy of proxies) {
    const [address = "", prefix] = proxy.split("/");
    const family = isIP(address);
    const length = prefix === undefined ? undefined : Number(prefix);
    const most = family === 4 ? 32 : 128;
    if (family === 0 || (length !== undefined && !(Number.isInteger(length) && length >= 0 && length <= most)))
      throw new UserError(
        `--trusted-proxy ${proxy}: expected an address, or a network such as 10.0.0.0/8.`,
        exitCodes.usage,
      );
    const name = family === 4 ? "ipv4" : "ipv6";
    if (length === undefined) list.addAddress(address, name);
    else list.addSubnet(address, length, name);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
  };
}

const plain = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, "");

/**
 * Who asks, to count attempts by: the peer, or behind trusted proxies the last address that none of them wrote.
 *
 * @param forwarded - The header `X-Forwarded-For`, which anybody can send and only trusted proxies are believed.
 */
export function askerThrough(peer: string, forwarded: string | undefined, trusts: Listening["trusts"]): string {
  let found = plain(peer);
  const hops = (forwarded ?? "").split(",").map(plain);
  while (trusts(found)) {
    const hop = hops.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    found = hop;
  }
  return clientAddress(found);
}
