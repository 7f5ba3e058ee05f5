import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { serve, whileOthersTalk } from "./testing/setting.ts";
import { eventually } from "./testing/eventually.ts";
import type { SignalingServer } from "./server.ts";

/** Clients from so many addresses of each kind, each with some sockets at a time. `bench/benchmarks/signaling-hostile.js` has a minute of many more. */
const ADDRESSES = 3;
const SOCKETS = 8;
const TIMEOUT_MS = 120_000;

type Attack = (socket: WebSocket, room: string) => void;

const publish = (topic: string, size: number): string =>
  JSON.stringify({ type: "publish", topic, data: "x".repeat(size) });
const subscribe = (topic: string): string => JSON.stringify({ type: "subscribe", topics: [topic], nodeId: "n" });
const often = (times: number, act: () => void): void => Array.from({ length: times }).forEach(act);

const ATTACKS: Readonly<Record<string, Attack>> = {
  garbage: (socket) => often(100, () => socket.send("{garbage")),
  oversized: (socket) => socket.send(publish("honest", 1_000_000)),
  idle: () => {},
  flood: (socket, room) => {
    socket.send(subscribe(room));
    often(100, () => socket.send(publish(room, 500)));
  },
  "slow readers": (socket, room) => {
    socket.send(subscribe(room));
    socket.pause();
    often(50, () => socket.send(publish(room, 60_000)));
  },
  "room after room": (socket, room) => often(200, () => socket.send(subscribe(`${room} ${Math.random()}`))),
};

async function gauges({ port }: SignalingServer): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = [...text.matchAll(/^vecmesh_signaling_(sockets|topics|queued_bytes) (\d+)$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value]) => [name, Number(value)]));
}

describe("P8, T10: hostile clients of all kinds at once", () => {
  test(
    "keep nobody from talking, and leave nothing behind",
    async () => {
      const limits = { addressBurstTokens: 1000, maxTotalBufferedBytes: 4 * 1024 * 1024, maxSocketsPerAddress: 5 };
      const server = await serve({ trustedProxyHops: 1, limits });
      const sockets: WebSocket[] = [];
      const refused: string[] = [];
      let begun = 0;
      let queuedBytes = 0;
      const attack = async (): Promise<void> => {
        for (const [kind, [name, act]] of Object.entries(ATTACKS).entries()) {
          for (let i = 0; i < ADDRESSES * SOCKETS; i++) {
            const address = `198.51.${kind}.${i % ADDRESSES}`;
            const socket = new WebSocket(server.url, { headers: { "X-Forwarded-For": address } });
            sockets.push(socket);
            socket.on("open", () => {
              begun++;
              act(socket, `${name} ${address}`);
            });
            socket.on("error", ({ message }) => refused.push(message));
          }
        }
        await eventually(() => expect(begun + refused.length).toBeGreaterThanOrEqual(sockets.length), TIMEOUT_MS);
        for (let i = 0; i < 20; i++) queuedBytes = Math.max(queuedBytes, (await gauges(server))["queued_bytes"] ?? 0);
      };

      await whileOthersTalk(server, attack);

      // Each kind got in, and no address with all that it tried.
      expect(begun).toBeGreaterThanOrEqual(Object.keys(ATTACKS).length * ADDRESSES * limits.maxSocketsPerAddress);
      expect(refused.some((message) => message.includes("429"))).toBe(true);
      // One message for each reader may come on top.
      expect(queuedBytes).toBeLessThan(limits.maxTotalBufferedBytes + sockets.length * 64 * 1024);
      for (const socket of sockets) socket.terminate();
      await eventually(
        async () => expect(await gauges(server)).toEqual({ sockets: 2, topics: 1, queued_bytes: 0 }),
        TIMEOUT_MS,
      );
    },
    TIMEOUT_MS,
  );
});
