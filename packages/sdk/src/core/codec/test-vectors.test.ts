import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { bytesToHex, hexToBytes, type Origin } from "../node-id.ts";
import { signedBytes } from "../signed-bytes.ts";
import { sessionToken } from "../session-token.ts";
import { decodeIntervals, encodeIntervals } from "./contexts.ts";
import { decodeMessage, encodeMessage } from "./frames.ts";
import { decodeStored, encodeStored } from "./stored.ts";
import {
  CHANNEL_KEY_HEX,
  COMPRESSED_PUSH_HEX,
  INTERVALS_HEX,
  liveVersion,
  PROOF_TRANSCRIPT_HEX,
  SEALED_GOODBYE,
  SIGNALING_KEY_HEX,
  SIGNED_BYTES_HEX,
  signedVersion,
  STORED_HEX,
  TEST_VECTORS,
} from "./test-vectors.fixture.ts";

const protocolDocument = readFileSync(new URL("../../../../../docs/PROTOCOL.md", import.meta.url), "utf8");
const withoutSpace = protocolDocument.replaceAll(/\s/g, "");

describe("test vectors", () => {
  it.each(TEST_VECTORS)("$name", ({ name, message, hex }) => {
    expect(bytesToHex(encodeMessage(message, { compress: false }).bytes)).toBe(hex);
    expect(decodeMessage(hexToBytes(hex))).toEqual(message);
    expect(withoutSpace).toContain(`\`\`\`${name}:${hex}\`\`\``.replaceAll(/\s/g, ""));
  });

  it("a compressed push", () => {
    expect(decodeMessage(hexToBytes(COMPRESSED_PUSH_HEX))).toEqual({
      type: "push",
      ack: undefined,
      versions: [{ ...liveVersion, vector: new Float32Array(16).fill(1) }],
    });
    expect(withoutSpace).toContain(COMPRESSED_PUSH_HEX);
  });

  it("stored records", () => {
    expect(bytesToHex(encodeStored(liveVersion, 4))).toBe(STORED_HEX);
    expect(decodeStored(hexToBytes(STORED_HEX))).toEqual({ version: liveVersion, revision: 4 });
    expect(bytesToHex(encodeIntervals([1, 5, 9, 9]))).toBe(INTERVALS_HEX);
    expect(decodeIntervals(hexToBytes(INTERVALS_HEX))).toEqual([1, 5, 9, 9]);
    expect(withoutSpace).toContain(STORED_HEX);
    expect(withoutSpace).toContain(INTERVALS_HEX);
  });

  it("what an author signs, and its signature", async () => {
    const { author, proof } = signedVersion.signature;
    const key = await crypto.subtle.importKey("raw", new Uint8Array(hexToBytes(author)), "Ed25519", false, ["verify"]);
    const bytes = new Uint8Array(signedBytes(signedVersion, "notes", author));
    expect(bytesToHex(bytes)).toBe(SIGNED_BYTES_HEX);
    expect(await crypto.subtle.verify("Ed25519", key, new Uint8Array(hexToBytes(proof)), bytes)).toBe(true);
    expect(withoutSpace).toContain(SIGNED_BYTES_HEX);
  });

  it("a session token", () => {
    const token = sessionToken([liveVersion.dot, { origin: "b1b2b3b4b5b6b7b8" as Origin, seq: 300 }]);
    expect(protocolDocument).toContain(`\n${token}\n`);
  });

  it("what a proof of the password is an HMAC of", async () => {
    const key = new Uint8Array(hexToBytes(CHANNEL_KEY_HEX));
    const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", hmac, new Uint8Array(hexToBytes(PROOF_TRANSCRIPT_HEX)));
    expect(TEST_VECTORS.find(({ name }) => name === "proof")?.message).toEqual({
      type: "proof",
      mac: bytesToHex(new Uint8Array(mac)),
    });
    expect(withoutSpace).toContain(PROOF_TRANSCRIPT_HEX);
    expect(withoutSpace).toContain(SEALED_GOODBYE.sealed);
    expect(withoutSpace).toContain(`${SIGNALING_KEY_HEX}${CHANNEL_KEY_HEX}`);
  });

  const rules =
    "C1 C2 C3 C4 C5 C6 C7 C8 C10 S1 S2 S3 S4 S5 S6 S7 S9 Q1 Q2 Q3 Q4 Q5 Q7a Q7b Q8 Q9 T1 T2 T3 T4 T5 T6 T8 T9 T10 T11 T12 D1 D2 D3 D4";

  it.each(rules.split(" "))("stand beside one paragraph for rule %s", (rule) => {
    expect(protocolDocument.split(`\n**${rule}** `)).toHaveLength(2);
  });
});
