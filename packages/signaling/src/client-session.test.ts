import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { AddressLedger } from "./address-ledger.ts";
import { InProcessBroker } from "./broker.ts";
import { ClientSession, type SessionContext } from "./client-session.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { Metrics } from "./metrics.ts";
import { OutgoingTotal } from "./outgoing-queue.ts";
import { RoomDirectory } from "./room-directory.ts";
import { SocketNames } from "./socket-names.ts";

/** A session, the server's socket under it, and the client at its other end. */
async function openSession(
  autoPong: boolean,
): Promise<{ session: ClientSession; serverSide: WebSocket; client: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[WebSocket, IncomingMessage]>;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { autoPong });
  const [[serverSide, { socket }]] = await Promise.all([accepted, once(client, "open")]);
  const rooms = new RoomDirectory(new InProcessBroker(), DEFAULT_LIMITS);
  const gauges = { sockets: () => 0, topics: () => 0, addresses: () => 0, queuedBytes: () => 0 };
  const context: SessionContext = {
    rooms,
    limits: DEFAULT_LIMITS,
    metrics: new Metrics(gauges),
    outgoing: new OutgoingTotal(),
    names: new SocketNames(),
    turn: undefined,
    relay: undefined,
    violated: () => {},
    ended: () => {},
  };
  const account = new AddressLedger(DEFAULT_LIMITS).connect("192.0.2.1", performance.now())!;
  const visitor = { address: "192.0.2.1", account, admission: { allowed: true }, authorized: false } as const;
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  return { session: new ClientSession(serverSide, socket, visitor, context), serverSide, client };
}

test("who answers pings stays, however idle", async () => {
  const { session, serverSide } = await openSession(true);
  for (let i = 0; i < 3; i++) {
    const pong = once(serverSide, "pong");
    session.checkAlive();
    await pong;
  }
  expect(serverSide.readyState).toBe(WebSocket.OPEN);
});

test("who sends messages is alive without a pong", async () => {
  const { session, serverSide, client } = await openSession(false);
  session.checkAlive();
  const message = once(serverSide, "message");
  client.send('{"type":"ping"}');
  await message;
  session.checkAlive();
  expect(serverSide.readyState).toBe(WebSocket.OPEN);
});

test("who was silent from one ping to the next is terminated", async () => {
  const { session, serverSide } = await openSession(false);
  session.checkAlive();
  session.checkAlive();
  await session.whenClosed();
  expect(serverSide.readyState).toBe(WebSocket.CLOSED);
});
