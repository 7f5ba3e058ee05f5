import { expect, it } from "vitest";
import { errorCodes, eventually, recorded, Room, vector, voterCount } from "./room.fixture.ts";
import { memoryStorage } from "../adapters/memory/memory-storage.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { StorageAdapter } from "../ports/storage.ts";
import { systemRuntime } from "../adapters/system-runtime.ts";
import type { TransportAdapter } from "../ports/transport.ts";

/** Everything of the closed store `mine`, in a storage of its own. */
async function copied(storage: StorageAdapter): Promise<StorageAdapter> {
  const copy = memoryStorage();
  const names = { room: "room", replicaName: "mine" };
  const [from, to] = [await storage.open(names), await copy.open(names)];
  for await (const puts of from.scan("")) await to.commit({ puts, deletes: [] }, "strict");
  await from.close();
  await to.close();
  return copy;
}

/** What is told of twins is under way for a while. */
function late(transport: TransportAdapter, delayMs: number): TransportAdapter {
  return {
    join: (self, events) =>
      transport.join(self, {
        connected: (connection) => events.connected(connection),
        message: (connection, message) => events.message(connection, message),
        disconnected: (connection, reason) => events.disconnected(connection, reason),
        twin: (theirOpenedAt) => void setTimeout(() => events.twin(theirOpenedAt), delayMs),
        error: (error) => events.error(error),
      }),
  };
}

const room = new Room();
const runtime = systemRuntime();

/** Its clock stands, and what it draws to tell a part of a millisecond (4 bytes) is given. */
function standing(nowMs: number, fraction: number): Runtime {
  const randomBytes: Runtime["randomBytes"] = (length) =>
    length === 4 ? new Uint8Array(4).fill(fraction * 256) : runtime.randomBytes(length);
  return { ...runtime, now: () => nowMs, randomBytes };
}

/** Of two copies of one store the second takes another NodeId, and both replicate and vote, if these are their clocks. */
async function expectSecondToYield(ofFirst: Runtime, ofSecond: Runtime, toldAfterMs: number): Promise<void> {
  const storage = memoryStorage();
  const before = await room.started({ storage, replicaName: "mine" });
  await before.write({ id: "x", vector: vector(1, 2) }, { consistency: "one" });
  await before.close();
  const copy = await copied(storage);

  const transport = late(room.network.transport(), toldAfterMs);
  const first = await room.replicator({ storage, replicaName: "mine", transport }, ofFirst);
  const second = await room.replicator({ storage: copy, replicaName: "mine", transport }, ofSecond);
  expect([first.nodeId, second.nodeId]).toEqual([before.nodeId, before.nodeId]);
  const events = recorded(second);
  await Promise.all([first.start(), second.start()]);
  await eventually(() => second.nodeId === before.nodeId, false);
  await eventually(() => voterCount(first), 2);
  await second.write({ id: "y", vector: vector(1, 2) }, { consistency: "one" });
  await eventually(() => first.count(), 2);
  expect(first.nodeId).toBe(before.nodeId);
  expect(errorCodes(events)).toEqual([]);
}

const later: Runtime = { ...runtime, now: () => Date.now() + 5 };

it.each([0, 200])(
  "C1: of two copies of a store that are opened one right after the other, the later one becomes another, told after %i ms",
  (toldAfterMs) => expectSecondToYield(runtime, later, toldAfterMs),
);

it("C1: of two that are opened in one millisecond, one alone becomes another", async () => {
  const nowMs = Date.now();
  await expectSecondToYield(standing(nowMs, 0.25), standing(nowMs, 0.5), 0);
});
