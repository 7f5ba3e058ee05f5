import type { Priority } from "../../ports/transport.ts";

/** The layout of frames and what they mean. Compared in the greeting; other versions are told goodbye. */
export const FRAMING_VERSION = 1;

/** The first byte's high half says what a frame is. Its low half is 0 except in data frames and goodbyes. */
export const FRAME = { data: 1, hello: 2, ping: 3, pong: 4, goodbye: 5 } as const;

/** A piece of a message. The channel is ordered, so the pieces of one class arrive in order and one message at a time. */
export interface DataFrame {
  readonly kind: typeof FRAME.data;
  readonly priority: Priority;
  readonly first: boolean;
  readonly last: boolean;
  readonly piece: Uint8Array;
}

export type Frame =
  | DataFrame
  /** The first frame either way. Each side sends it when its end is open, and counts as connected when it has the other's. */
  | { readonly kind: typeof FRAME.hello; readonly version: number }
  | { readonly kind: typeof FRAME.ping | typeof FRAME.pong }
  /** `leaving`: not only this connection ends, the peer leaves the room. */
  | { readonly kind: typeof FRAME.goodbye; readonly leaving: boolean; readonly reason: string };

/** The peer sent what no correct transport sends. Its message says what. */
export class InvalidFrame extends Error {
  override readonly name = "InvalidFrame";
}

/** The longest frame taken: all of today's browsers take 64 KiB, Chromium at most 256 KiB. */
export const MAX_FRAME_BYTES: number = 64 * 1024;
/** A peer that says less than 64 KiB, or nothing, is sent frames of the size that any WebRTC implementation takes. */
export const SAFE_FRAME_BYTES: number = 16 * 1024;
/** Every piece but a message's last is at least so long: it bounds how many pieces a message can be cut into. */
export const MIN_PIECE_BYTES: number = 4 * 1024;
/** A reason is a sentence. UTF-8 bytes. */
const MAX_REASON_BYTES = 512;

const DATA_HEADER_BYTES = 1;
const FIRST = 0b0100;
const LAST = 0b1000;
const LEAVING = 0b0001;
const PRIORITY_BITS = 0b0011;
const PRIORITIES = ["control", "live", "bulk"] as const satisfies readonly Priority[];

/** The most of a message that fits into a frame of that length. */
export function pieceBytes(frameBytes: number): number {
  return frameBytes - DATA_HEADER_BYTES;
}

export function encodeData(
  priority: Priority,
  first: boolean,
  last: boolean,
  piece: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(DATA_HEADER_BYTES + piece.byteLength);
  frame[0] = (FRAME.data << 4) | PRIORITIES.indexOf(priority) | (first ? FIRST : 0) | (last ? LAST : 0);
  frame.set(piece, DATA_HEADER_BYTES);
  return frame;
}

export function encodeHello(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([FRAME.hello << 4, FRAMING_VERSION]);
}

export function encodePing(kind: typeof FRAME.ping | typeof FRAME.pong): Uint8Array<ArrayBuffer> {
  return new Uint8Array([kind << 4]);
}

export function encodeGoodbye(leaving: boolean, reason: string): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + MAX_REASON_BYTES);
  frame[0] = (FRAME.goodbye << 4) | (leaving ? LEAVING : 0);
  // Writes whole characters only, as many as fit.
  const { written } = new TextEncoder().encodeInto(reason, frame.subarray(1));
  return frame.subarray(0, 1 + written);
}

/** @throws InvalidFrame */
export function decodeFrame(bytes: Uint8Array): Frame {
  const header = bytes[0];
  if (header === undefined) throw new InvalidFrame("an empty frame");
  if (bytes.byteLength > MAX_FRAME_BYTES) throw new InvalidFrame(`a frame of ${bytes.byteLength} bytes`);
  const kind = header >> 4;
  const low = header & 0b1111;
  const body = bytes.subarray(1);
  switch (kind) {
    case FRAME.data:
      return decodeData(low, body);
    case FRAME.hello: {
      const version = body[0];
      if (version === undefined || low !== 0) throw new InvalidFrame("a malformed hello");
      return { kind, version };
    }
    case FRAME.ping:
    case FRAME.pong:
      if (low !== 0 || body.byteLength !== 0) throw new InvalidFrame("a malformed ping");
      return { kind };
    case FRAME.goodbye:
      if ((low & ~LEAVING) !== 0 || body.byteLength > MAX_REASON_BYTES) throw new InvalidFrame("a malformed goodbye");
      return { kind, leaving: low === LEAVING, reason: new TextDecoder().decode(body) };
    default:
      throw new InvalidFrame(`a frame of unknown kind ${kind}`);
  }
}

function decodeData(low: number, piece: Uint8Array): DataFrame {
  const priority = PRIORITIES[low & PRIORITY_BITS];
  if (priority === undefined) throw new InvalidFrame("a frame of an unknown class");
  const last = (low & LAST) !== 0;
  if (!last && piece.byteLength < MIN_PIECE_BYTES) {
    throw new InvalidFrame(`a piece of ${piece.byteLength} bytes that is not its message's last`);
  }
  return { kind: FRAME.data, priority, first: (low & FIRST) !== 0, last, piece };
}
