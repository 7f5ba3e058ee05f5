import { expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "../../core/base64url.ts";
import { RELAY_KEY_HEX } from "../../core/codec/test-vectors.fixture.ts";
import { hexToBytes } from "../../core/node-id.ts";
import type { LineName } from "./relay.ts";
import { RelayAgreement, relayNonce } from "./relay-keys.ts";
import { encodeRelayPacket } from "./relay-packet.ts";

const LINE = "0011223344556677" as LineName;

/** The private key is 32 times that byte. */
async function half(byte: number, publicKey: string): Promise<RelayAgreement> {
  const point = fromBase64Url(publicKey);
  const [x, y] = [point.slice(1, 33), point.slice(33)].map((coordinate) => toBase64Url(coordinate)) as [string, string];
  const jwk = { kty: "EC", crv: "P-256", d: toBase64Url(new Uint8Array(32).fill(byte)), x, y };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return RelayAgreement.of(point, await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]));
}

/** docs/PROTOCOL.md tells these, which were computed by Python's hashlib and cryptography. */
it("T11: the keys of a line, and what is sealed by them, are as docs/PROTOCOL.md says", async () => {
  const offered = await half(
    0x0a,
    "BJ00aqvhRm21AGdJrlJR91kSojNrUCJUDynx29yY6jI2LBKWtwJ7tZIU1ZcXe3zJDsxyrr6icpsWGAu6ich8h1c",
  );
  const answered = await half(
    0x0b,
    "BCCcMXtjeTXdPaHFT2NJXfsx-X0pPfCFcQMgWVyarLg_3eTGn8F6DHTCDMaSZi8EmJK6N6S6R9LHDNipmYY5H5s",
  );
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const raw = new Uint8Array(hexToBytes(RELAY_KEY_HEX));
  const relayingKey = await crypto.subtle.importKey("raw", raw, hmac, false, ["sign"]);
  const ofOffering = await offered.keys(answered.publicKey, { relayingKey, line: LINE, offering: true });
  const ofAnswering = await answered.keys(offered.publicKey, { relayingKey, line: LINE, offering: false });
  expect(ofOffering.channelBinding).toEqual(ofAnswering.channelBinding);

  const packet = encodeRelayPacket({ taken: 300, frames: [Uint8Array.of(0x20, 1), Uint8Array.of(0x30)] });
  const sealed = async (count: number, { sending }: { readonly sending: CryptoKey }): Promise<string> => {
    const cipher = { name: "AES-GCM", iv: relayNonce(count) };
    const bytes = new Uint8Array(await crypto.subtle.encrypt(cipher, sending, packet));
    return toBase64Url(Uint8Array.of(...hexToBytes(LINE), ...bytes));
  };
  expect(await sealed(0, ofOffering)).toBe("ABEiM0RVZnctR4Ak0HOtmICUKnM9xhZKvlxPJWSxmw");
  expect(await sealed(1, ofOffering)).toBe("ABEiM0RVZnfHMP-__EwNqUgYDF9_BZPb4cmyKkM0Cw");

  const back = await crypto.subtle.encrypt({ name: "AES-GCM", iv: relayNonce(0) }, ofAnswering.sending, packet);
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: relayNonce(0) }, ofOffering.receiving, back);
  expect(new Uint8Array(opened)).toEqual(packet);
});
