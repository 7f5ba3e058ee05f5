import { describe, expect, it } from "vitest";
import {
  CHANNEL_KEY_HEX,
  PROOF_TRANSCRIPT_HEX,
  RELAY_KEY_HEX,
  SIGNALING_KEY_HEX,
  TEST_VECTORS,
} from "../core/codec/test-vectors.fixture.ts";
import { hexToBytes } from "../core/node-id.ts";
import { RoomKeys } from "./room-keys.ts";

const { subtle } = crypto;
const transcript = hexToBytes(PROOF_TRANSCRIPT_HEX);
const proofOf = async (password: string, room: string): Promise<string> =>
  (await RoomKeys.derive(password, room, subtle)).prove(transcript);

/** docs/PROTOCOL.md tells these keys, which were computed by Python's hashlib and hmac. */
describe("the keys of a room with a password (T8)", () => {
  it("are PBKDF2's with 600,000 rounds, one for each purpose by HKDF", async () => {
    const keys = await RoomKeys.derive("correct horse battery staple", "notes", subtle);
    const proof = TEST_VECTORS.find(({ name }) => name === "proof")?.message as { readonly mac: string };
    expect(await keys.prove(transcript)).toBe(proof.mac);

    const raw = new Uint8Array(hexToBytes(SIGNALING_KEY_HEX));
    const known = await subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const aes = { name: "AES-GCM", iv: new Uint8Array(12) };
    const sealed = await subtle.encrypt(aes, keys.sealing, new TextEncoder().encode("message"));
    expect(new TextDecoder().decode(await subtle.decrypt(aes, known, sealed))).toBe("message");
    expect(CHANNEL_KEY_HEX).not.toBe(SIGNALING_KEY_HEX);
    expect(keys.sealing.extractable).toBe(false);

    const hmac = { name: "HMAC", hash: "SHA-256" };
    const relaying = await subtle.importKey("raw", new Uint8Array(hexToBytes(RELAY_KEY_HEX)), hmac, false, ["sign"]);
    const text = new TextEncoder().encode("message");
    expect(await subtle.sign("HMAC", keys.relaying, text)).toEqual(await subtle.sign("HMAC", relaying, text));
    expect(keys.relaying.extractable).toBe(false);
  });

  it("are others for another password, and for the same one in another room", async () => {
    const proofs = [await proofOf("a", "room"), await proofOf("b", "room"), await proofOf("a", "other")];
    expect(new Set(proofs).size).toBe(3);
  });

  it("tell a right proof from a wrong one", async () => {
    const [a, b] = [await RoomKeys.derive("a", "room", subtle), await RoomKeys.derive("b", "room", subtle)];
    const proof = await a.prove(transcript);
    expect(await a.isProof(proof, transcript)).toBe(true);
    expect(await b.isProof(proof, transcript)).toBe(false);
    expect(await a.isProof(proof, transcript.slice(1))).toBe(false);
  });

  it("do not depend on how a keyboard composes its accents", async () => {
    expect(await proofOf("caf\u00E9", "room")).toBe(await proofOf("cafe\u0301", "room"));
  });

  it("are refused to a page that is not secure: `insecure-context`, and what to do", async () => {
    await expect(RoomKeys.derive("a", "room", undefined)).rejects.toMatchObject({
      code: "insecure-context",
      message: expect.stringContaining("https"),
    });
  });
});
