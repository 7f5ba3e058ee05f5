import { once } from "node:events";
import { expect, test } from "vitest";
import { encode } from "./outgoing-frame.ts";
import type { ServerMessage } from "./protocol.ts";
import { connectTo, serve } from "./testing/setting.ts";

const withData = (data: string): ServerMessage => ({ type: "publish", topic: "t", from: "f", clients: 1, data });
const payloadBytes = (message: ServerMessage): number => Buffer.byteLength(JSON.stringify(message));

test("RFC 6455, 5.2: a header for each length of payload, the shortest that it has", () => {
  const empty = payloadBytes(withData(""));
  const headers = [125, 126, 65_535, 65_536].map((bytes) => {
    const frame = encode(withData("x".repeat(bytes - empty)));
    return [...frame.subarray(0, frame.length - bytes)];
  });
  expect(headers).toEqual([
    [0x81, 125],
    [0x81, 126, 0, 126],
    [0x81, 126, 0xff, 0xff],
    [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0],
  ]);
});

test("another implementation reads what it says, of every length and beyond ASCII", async () => {
  const server = await serve({ limits: { maxPayloadBytes: 1_000_000 } });
  const [sender, receiver] = [await connectTo(server), await connectTo(server)];
  await receiver.subscribe("room");
  for (const data of ["", "é", "x".repeat(200), "𝄞".repeat(20_000), "x".repeat(300_000)]) {
    sender.send({ type: "publish", topic: "room", data });
    expect(await receiver.nextPublish()).toMatchObject({ data });
  }
  // ws's own frames between ours.
  const pinged = once(receiver.socket, "pong");
  receiver.socket.ping();
  await pinged;
  await receiver.flush();
});
