import type { ServerMessage } from "../protocol.ts";

/** The message in a server's frame. For payloads under 64 KiB. */
export function readFrame(frame: Buffer): ServerMessage {
  const header = frame.readUInt8(1) < 126 ? 2 : 4;
  return JSON.parse(frame.toString("utf8", header)) as ServerMessage;
}
