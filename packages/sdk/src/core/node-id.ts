/** A store's identity: 16 random bytes as 32 lower-case hex digits, so that string order is byte order (C1). */
export type NodeId = string & { readonly __brand: "NodeId" };
/** A browser profile's or machine's identity, shared by all its stores: 16 bytes in hex. */
export type DeviceId = string & { readonly __brand: "DeviceId" };
/** One opening of a store: 8 random bytes as 16 lower-case hex digits (C2). */
export type Origin = string & { readonly __brand: "Origin" };
/** An Ed25519 public key: who signs versions, 32 bytes as 64 lower-case hex digits. */
export type Author = string & { readonly __brand: "Author" };
/** The replica set's line of descent from one founding: 16 bytes in hex. */
export type LineageId = string & { readonly __brand: "LineageId" };

export const NODE_ID_BYTES = 16;
export const ORIGIN_BYTES = 8;
export const AUTHOR_BYTES = 32;

const HEX_16_BYTES = /^[0-9a-f]{32}$/;
const HEX_8_BYTES = /^[0-9a-f]{16}$/;

/** Looked up, since a context of thousands of origins is decoded while a page waits. */
const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function bytesToHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += HEX_OF_BYTE[byte]!;
  return hex;
}

export function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function isNodeId(value: unknown): value is NodeId {
  return typeof value === "string" && HEX_16_BYTES.test(value);
}

export function isOrigin(value: unknown): value is Origin {
  return typeof value === "string" && HEX_8_BYTES.test(value);
}

export function mintNodeId(random: (bytes: number) => Uint8Array): NodeId {
  return bytesToHex(random(NODE_ID_BYTES)) as NodeId;
}

export function mintDeviceId(random: (bytes: number) => Uint8Array): DeviceId {
  return bytesToHex(random(NODE_ID_BYTES)) as DeviceId;
}

const FOUNDING_TIME_BYTES = 6;

/**
 * Six bytes count down with the founding time, the rest are random: of two lineages the lower id yields (Q7b), so the room
 * that was there first stays. The clocks decide only which stays, never whether anything is kept.
 */
export function mintLineageId(foundedAtMs: number, random: (bytes: number) => Uint8Array): LineageId {
  const countdown = 2 ** (8 * FOUNDING_TIME_BYTES) - 1 - Math.min(Math.max(0, Math.trunc(foundedAtMs)), 2 ** 47);
  return (countdown.toString(16).padStart(2 * FOUNDING_TIME_BYTES, "0") +
    bytesToHex(random(NODE_ID_BYTES - FOUNDING_TIME_BYTES))) as LineageId;
}

export function mintOrigin(random: (bytes: number) => Uint8Array): Origin {
  return bytesToHex(random(ORIGIN_BYTES)) as Origin;
}
