import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { addressGroup, clientAddress } from "./client-address.ts";

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } }) as unknown as IncomingMessage;

describe("T10: a client's address", () => {
  test.each<[hops: number, forwarded: string | undefined, address: string]>([
    [0, "203.0.113.7", "192.0.2.1"],
    [1, "203.0.113.7", "203.0.113.7"],
    [1, "forged, 198.51.100.1, 203.0.113.7", "203.0.113.7"],
    [2, "198.51.100.1, 203.0.113.7 ,10.0.0.1", "203.0.113.7"],
    [1, "::ffff:203.0.113.7", "203.0.113.7"],
    [1, "2001:db8::1", "2001:db8::1"],
    [1, undefined, "192.0.2.1"],
    [1, "unknown", "192.0.2.1"],
    [2, "203.0.113.7", "192.0.2.1"],
  ])("behind %d proxies that say %j is %s", (hops, forwarded, address) => {
    expect(clientAddress(request("::ffff:192.0.2.1", forwarded), hops)).toBe(address);
  });

  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["", ""],
  ])("%s is limited as %s", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
