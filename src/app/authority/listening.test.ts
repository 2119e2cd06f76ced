import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../exit-codes.ts";
import { askerThrough, type ListeningOptions, listeningFrom } from "./listening.ts";

const asked = (options: Partial<ListeningOptions>) =>
  listeningFrom({ host: "127.0.0.1", port: 4180, trustedProxies: [], ...options });
const refused = (options: Partial<ListeningOptions>, sentence: RegExp): void =>
  assert.throws(
    () => asked(options),
    (error) => error instanceof UserError && sentence.test(error.message),
  );

test("pages are never sent unencrypted beyond the machine", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.7", "central.example", "127.0.0.1.example", "1270.0.0.1"])
    refused({ host, publicAddress: "https://central.example" }, /not sent over a network unencrypted/);
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) assert.equal(asked({ host }).https, false);
  const tls = { httpsKey: "key.pem", httpsCertificate: "certificate.pem" };
  assert.deepEqual(asked({ host: "192.0.2.7", ...tls }).tls, { key: "key.pem", certificate: "certificate.pem" });
  refused({ httpsKey: "key.pem" }, /belong together/);
  refused({ host: "0.0.0.0", ...tls }, /--public-address/);
  refused({ ...tls, publicAddress: "http://localhost:4180" }, /begins with https/);
  const behind = asked({ host: "10.0.0.5", trustedProxies: ["10.0.0.1"], publicAddress: "https://central.example/" });
  assert.equal(behind.https, true);
  assert.equal(behind.publicAddress, "https://central.example");
  refused({ trustedProxies: ["10.0.0.1"] }, /--public-address/);
});

test("a public address is a scheme, a name and a port, encrypted except on the machine itself", () => {
  for (const publicAddress of [
    "central.example",
    "http://central.example",
    "https://central.example/desk",
    "https://user:secret@central.example",
    "ftp://localhost",
    "javascript:alert(1)",
  ])
    refused({ publicAddress }, /expected an address such as/);
  assert.equal(asked({ publicAddress: "http://localhost:9000" }).publicAddress, "http://localhost:9000");
});

test("who asks is the peer, unless a trusted proxy says otherwise", () => {
  const { trusts } = asked({ trustedProxies: ["10.0.0.0/8", "2001:db8::1"], publicAddress: "https://a.example" });
  const nobody = asked({}).trusts;
  assert.equal(askerThrough("192.0.2.7", "203.0.113.9", nobody), "192.0.2.7", "anybody can send the header");
  assert.equal(askerThrough("192.0.2.7", "203.0.113.9", trusts), "192.0.2.7");
  assert.equal(askerThrough("10.1.1.1", "203.0.113.9", trusts), "203.0.113.9");
  assert.equal(askerThrough("::ffff:10.1.1.1", "1.1.1.1, 203.0.113.9, 10.2.2.2", trusts), "203.0.113.9");
  assert.equal(askerThrough("10.1.1.1", undefined, trusts), "10.1.1.1");
  assert.equal(askerThrough("10.1.1.1", "no address", trusts), "10.1.1.1");
  assert.equal(askerThrough("2001:db8::1", "2001:DB8:0:42:1:2:3:4", trusts), "2001:db8:0:42::/64");
  assert.equal(askerThrough("2001:db8:0:42::9", undefined, nobody), "2001:db8:0:42::/64");
  assert.equal(askerThrough("fe80::1%eth0", undefined, nobody), "fe80:0:0:0::/64");
  for (const wrong of ["10.0.0.0/33", "proxy.example", "10.0.0.1/x", ""])
    refused({ trustedProxies: [wrong], publicAddress: "https://a.example" }, /expected an address, or a network/);
});
