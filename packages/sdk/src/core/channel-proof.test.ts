import { describe, expect, it } from "vitest";
import { bytesToHex, type NodeId } from "./node-id.ts";
import { type ChannelParties, proofTranscript } from "./channel-proof.ts";
import { PROOF_TRANSCRIPT_HEX } from "./codec/test-vectors.fixture.ts";

const a = { nodeId: "000102030405060708090a0b0c0d0e0f" as NodeId, nonce: `${"c1".repeat(31)}c2` };
const b = { nodeId: "404142434445464748494a4b4c4d4e4f" as NodeId, nonce: `${"d1".repeat(31)}d2` };
const fingerprint = (byte: string): string => `sha-256 ${Array(32).fill(byte).join(":")}`;
const parties: ChannelParties = {
  prover: a,
  verifier: b,
  channelBinding: new TextEncoder().encode(`${fingerprint("0a")}\n${fingerprint("0b")}`),
  protocol: 1,
};
const hex = (changed: Partial<ChannelParties> = {}): string => bytesToHex(proofTranscript({ ...parties, ...changed }));

describe("what a proof of the password is a code of (T8)", () => {
  it("is laid out as docs/PROTOCOL.md says", () => {
    expect(hex()).toBe(PROOF_TRANSCRIPT_HEX);
  });

  it("is the same at both ends, and another for each of the two proofs", () => {
    const theirs = hex({ prover: b, verifier: a });
    expect(theirs).not.toBe(hex());
    expect(theirs.replace("6f660101", "6f660100")).toBe(hex());
  });

  it.each<[string, Partial<ChannelParties>]>([
    ["nonce of the prover", { prover: { ...a, nonce: b.nonce } }],
    ["nonce of the verifier", { verifier: { ...b, nonce: a.nonce } }],
    ["NodeId of the prover", { prover: { ...a, nodeId: "000102030405060708090a0b0c0d0e00" as NodeId } }],
    ["NodeId of the verifier", { verifier: { ...b, nodeId: "404142434445464748494a4b4c4d4e40" as NodeId } }],
    ["channel", { channelBinding: new TextEncoder().encode(`${fingerprint("0a")}\n${fingerprint("0c")}`) }],
    ["protocol", { protocol: 2 }],
  ])("depends on the %s", (_what, changed) => {
    expect(hex(changed)).not.toBe(hex());
  });
});
