import type { ServerMessage } from "./protocol.ts";

/** FIN and the opcode of text. */
const FINAL_TEXT = 0x81;
/** Lengths up to 125 are in the second byte; these two say that they follow in two bytes, or in eight. */
const LENGTH_IN_2 = 126;
const LENGTH_IN_8 = 127;

/**
 * A message as one whole WebSocket frame, unmasked as a server's are (RFC 6455, section 5.2). Made once for all receivers, whose queues share
 * the bytes: a broadcast is then one write to each of them.
 */
export function encode(message: ServerMessage): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const header = length < LENGTH_IN_2 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FINAL_TEXT;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = LENGTH_IN_2;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_8;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
