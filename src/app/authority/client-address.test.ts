import assert from "node:assert/strict";
import { test } from "node:test";
import { clientAddress } from "./client-address.ts";

test("attempts are counted by IPv4 address, or by the /64 of an IPv6 address, however it is written", () => {
  assert.equal(clientAddress("192.0.2.7"), "192.0.2.7");
  assert.equal(clientAddress("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(clientAddress("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assert.equal(clientAddress("2001:DB8:1:0002::9"), "2001:db8:1:2::/64");
  assert.equal(clientAddress("2001:db8::9"), "2001:db8:0:0::/64");
  assert.equal(clientAddress("fe80::1%eth0"), "fe80:0:0:0::/64");
  assert.equal(clientAddress("::1"), "0:0:0:0::/64");
  assert.equal(clientAddress(undefined), "unknown");
  assert.equal(clientAddress(""), "unknown");
});
