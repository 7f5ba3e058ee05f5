import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { beginUpgrade } from "./upgrade.ts";

/** A TCP connection on which the WebSocket handshake is done, for writing what no WebSocket library would. */
export async function openRawSocket(port: number): Promise<Socket> {
  const handshake = beginUpgrade(port);
  const [, socket] = (await once(handshake, "upgrade")) as [IncomingMessage, Socket, Buffer];
  // A reset is one of the ways in which the server may end it.
  socket.on("error", () => {});
  return socket;
}

/** A text frame from a client, masked with zeros. For payloads under 64 KiB. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

/** The beginning of a text frame of so many bytes, masked with zeros. */
export function frameHead(bytes: number): Buffer {
  const header = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64BE(BigInt(bytes), 2);
  return header;
}

/** Waits for the server to end the connection; returns the code of its close frame, if that was all it sent. */
export async function closeCode(socket: Socket): Promise<number | undefined> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // `once` would reject for a write that came too late.
  await new Promise((resolve) => socket.once("close", resolve));
  const frame = Buffer.concat(chunks);
  return frame[0] === 0x88 ? frame.readUInt16BE(2) : undefined;
}
