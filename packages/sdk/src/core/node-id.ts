/** A store's identity: 16 random bytes as 32 lower-case hex digits, so that string order is byte order (C1). */
export type NodeId = string & { readonly __brand: "NodeId" };
/** A browser profile's or machine's identity, shared by all its stores: 16 bytes in hex. */
export type DeviceId = string & { readonly __brand: "DeviceId" };
/** One opening of a store: 8 random bytes as 16 lower-case hex digits (C2). */
export type Origin = string & { readonly __brand: "Origin" };
/** The replica set's line of descent from one founding: 16 bytes in hex. */
export type LineageId = string & { readonly __brand: "LineageId" };

export const NODE_ID_BYTES = 16;
export const ORIGIN_BYTES = 8;

const HEX_16_BYTES = /^[0-9a-f]{32}$/;

export function bytesToHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
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

export function mintNodeId(random: (bytes: number) => Uint8Array): NodeId {
  return bytesToHex(random(NODE_ID_BYTES)) as NodeId;
}

export function mintDeviceId(random: (bytes: number) => Uint8Array): DeviceId {
  return bytesToHex(random(NODE_ID_BYTES)) as DeviceId;
}

export function mintLineageId(random: (bytes: number) => Uint8Array): LineageId {
  return bytesToHex(random(NODE_ID_BYTES)) as LineageId;
}

export function mintOrigin(random: (bytes: number) => Uint8Array): Origin {
  return bytesToHex(random(ORIGIN_BYTES)) as Origin;
}
