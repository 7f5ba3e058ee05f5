import { DecodeError } from "../../core/codec/decode-error.ts";
import { Reader } from "../../core/codec/reader.ts";
import { Writer } from "../../core/codec/writer.ts";
import { MAX_FRAME_BYTES } from "../webrtc/framing.ts";

/** What one packet says before it is sealed. */
export interface RelayPacket {
  /** How many bytes of packets with frames, as they were on the line, its sender has taken in since it last said so. */
  readonly taken: number;
  /** Of the connection above, in order. None in a packet that only says `taken`. */
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
}

/** More is never under way. */
const MAX_TAKEN = 2 ** 24;

export function encodeRelayPacket({ taken, frames }: RelayPacket): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.uint(taken, "what was taken in", MAX_TAKEN);
  for (const frame of frames) {
    writer.uint(frame.length, "the length of a frame", MAX_FRAME_BYTES);
    writer.raw(frame);
  }
  return new Uint8Array(writer.done());
}

/** @throws DecodeError */
export function decodeRelayPacket(bytes: Uint8Array<ArrayBuffer>): RelayPacket {
  const reader = new Reader(bytes);
  const taken = reader.uint("what was taken in", MAX_TAKEN);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  while (reader.remaining > 0) {
    const length = reader.uint("the length of a frame", MAX_FRAME_BYTES);
    // No frame is empty: a packet of nothing but such would be a great many.
    if (length === 0) throw new DecodeError("an empty frame");
    frames.push(new Uint8Array(reader.view(length, "a frame")));
  }
  return { taken, frames };
}
