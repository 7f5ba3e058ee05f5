import { describe, expect, it } from "vitest";
import { DecodeError } from "../../core/codec/decode-error.ts";
import { mutateBytes, sampleOf, sameBytes, hexOf } from "../../fuzzing/byte-mutation.fixture.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";
import { decodeRelayPacket, encodeRelayPacket, type RelayPacket } from "./relay-packet.ts";

const packets: readonly RelayPacket[] = [
  { taken: 0, frames: [] },
  { taken: 65_536, frames: [] },
  { taken: 300, frames: [Uint8Array.of(1), new Uint8Array(200).fill(2), Uint8Array.of(3, 4)] },
];
const decode = (bytes: Uint8Array): RelayPacket => decodeRelayPacket(new Uint8Array(bytes));

describe("T11: a relay's packets", () => {
  it.each(packets)("come back as they were: %j", (packet) => {
    expect(decode(encodeRelayPacket(packet))).toEqual(packet);
  });

  it("are laid out as docs/PROTOCOL.md says", () => {
    const packet = { taken: 300, frames: [Uint8Array.of(0x20, 1), Uint8Array.of(0x30)] };
    expect(hexOf(encodeRelayPacket(packet))).toBe("ac020220010130");
  });

  it.each([
    ["an empty one", []],
    ["a frame that is cut off", [0, 5, 1, 2]],
    ["an empty frame", [0, 0]],
    ["a frame over the longest", [0, 0x81, 0x80, 0x04]],
  ])("are refused: %s", (_what, bytes) => {
    expect(() => decode(Uint8Array.from(bytes))).toThrow(DecodeError);
  });

  const samples = packets.map((packet) => sampleOf(encodeRelayPacket(packet), decode));
  fuzz("P8: whatever they hold, they are decoded to what encodes the same, or refused", {
    inputs: 500,
    generate: (random) => mutateBytes(random, samples),
    check: (bytes) => {
      let packet: RelayPacket;
      try {
        packet = decode(bytes);
      } catch (error) {
        if (error instanceof DecodeError) return;
        throw error;
      }
      expect(sameBytes(encodeRelayPacket(packet), bytes)).toBe(true);
    },
    print: hexOf,
  });
});
