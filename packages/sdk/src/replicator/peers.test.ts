import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, type Replicator, Room, vector, voterCount } from "./room.fixture.ts";
import { type Message, PROTOCOL_VERSION } from "../core/messages.ts";
import { nodeOf, recordOf, deviceOf } from "../core/replica-state.fixture.ts";
import type { Connection } from "../ports/transport.ts";
import { custom } from "../core/conflict-resolution.ts";
import { dotOf, versionOf } from "../core/causality.fixture.ts";
import { encodeMessage } from "../core/codec/frames.ts";
import { ManualRuntime } from "../testing/manual-runtime.fixture.ts";

const entry = (id: string, n = 1) => ({ id, vector: vector(n, 2) });
const one = { consistency: "one" } as const;
const HOSTILE = nodeOf(0xbad);

/** Someone in the room who sends what it likes. */
class Stranger {
  readonly reasons: string[] = [];
  #connection: Connection | undefined;

  static async enter(room: Room): Promise<Stranger> {
    const stranger = new Stranger();
    await room.network.transport().join(
      { room: "room", nodeId: HOSTILE, openedAt: 0 },
      {
        connected: (connection) => (stranger.#connection = connection),
        message: () => undefined,
        disconnected: (_connection, reason) => stranger.reasons.push(reason),
        twin: () => undefined,
        error: () => undefined,
      },
    );
    await eventually(() => stranger.#connection !== undefined, true);
    return stranger;
  }

  raw(bytes: Uint8Array): void {
    this.#connection!.send(bytes, "control");
  }

  close(reason: string): void {
    this.#connection!.close(reason);
  }

  say(message: Message): void {
    this.raw(encodeMessage(message, { compress: false }).bytes);
  }

  hello(fields: Partial<Extract<Message, { type: "hello" }>> = {}): void {
    this.say({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      room: "room",
      nodeId: HOSTILE,
      deviceId: deviceOf(0xbad),
      steady: false,
      facts: {
        dimensions: 2,
        replicationFactor: undefined,
        distinctDevices: undefined,
        conflictResolution: undefined,
        signed: false,
      },
      counter: 1,
      replicaSet: recordOf([0xbad]),
      ...fields,
    });
  }
}

/** A replicator and a stranger, and how the one fares with what the other does. */
async function attacked(
  act: (stranger: Stranger) => void,
): Promise<{ victim: Replicator; events: ReturnType<typeof recorded>; codes: string[]; stranger: Stranger }> {
  const room = new Room();
  const victim = await room.started({ replicationFactor: 1 });
  await victim.write(entry("mine"), one);
  const events = recorded(victim);
  const stranger = await Stranger.enter(room);
  act(stranger);
  await eventually(() => stranger.reasons.length, 1);
  // Nothing else is harmed: it stores, and it replicates with an honest peer.
  const honest = await room.started({ replicationFactor: 1 });
  await eventually(() => honest.count(), 1);
  await victim.write(entry("after"), { consistency: "quorum" });
  await eventually(() => honest.count(), 2);
  const codes = errorCodes(events);
  await room.close();
  return { victim, events, codes, stranger };
}

describe("a peer that sends garbage loses its connection, with an event, and harms nothing else (P8)", () => {
  it.each<[string, (stranger: Stranger) => void]>([
    ["random bytes", (stranger) => stranger.raw(Uint8Array.of(7, 200, 3, 99))],
    ["nothing", (stranger) => stranger.raw(new Uint8Array(0))],
    [
      "a cut-off frame",
      (stranger) =>
        stranger.raw(
          encodeMessage({ type: "batch-ack", session: 1, index: 300 }, { compress: false }).bytes.slice(0, -1),
        ),
    ],
    ["garbage after a good hello", (stranger) => (stranger.hello(), stranger.raw(Uint8Array.of(1, 255)))],
    [
      "a vector of another dimension",
      (stranger) => {
        stranger.hello();
        stranger.say({
          type: "push",
          versions: [versionOf({ dot: dotOf(9, 1), vector: vector(1, 2, 3) })],
          ack: undefined,
        });
      },
    ],
    [
      "a clock near 2^53",
      (stranger) => {
        stranger.hello();
        const hlc = { wallMs: Number.MAX_SAFE_INTEGER, counter: Number.MAX_SAFE_INTEGER };
        stranger.say({ type: "push", versions: [versionOf({ dot: dotOf(9, 1), id: "mine", hlc })], ack: undefined });
      },
    ],
  ])("%s", async (_name, act) => {
    const { codes } = await attacked(act);
    expect(codes).toEqual(["invalid-frame"]);
  });

  it.each<[string, (stranger: Stranger) => void, string]>([
    ["speaks before hello", (stranger) => stranger.say({ type: "batch-ack", session: 1, index: 1 }), "before hello"],
    ["says hello twice", (stranger) => (stranger.hello(), stranger.hello()), "second hello"],
    ["is of another room", (stranger) => stranger.hello({ room: "other" }), "another room"],
    [
      "claims another NodeId than it was found by",
      (stranger) => stranger.hello({ nodeId: nodeOf(5) }),
      "another replica",
    ],
  ])("one that %s", async (_name, act, reason) => {
    const { stranger, codes } = await attacked(act);
    expect(stranger.reasons[0]).toContain(reason);
    expect(codes).toEqual(["invalid-frame"]);
  });

  it("one that refuses what this replica sends is told of, with its reason (P4)", async () => {
    const { codes, events } = await attacked((stranger) => stranger.close("refused: a vector of 3 dimensions"));
    expect(codes).toEqual(["invalid-frame"]);
    expect(events).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining({ reason: "a vector of 3 dimensions" }) }),
    );
  });

  it.each([
    [1, "This replica is the older"],
    [-1, "The peer is the older"],
  ])(
    "one of another protocol version (%i) is told apart, and which is to be brought up to date",
    async (ahead, who) => {
      const { codes, events } = await attacked((stranger) => stranger.hello({ protocol: PROTOCOL_VERSION + ahead }));
      expect(codes).toEqual(["protocol-mismatch"]);
      const message = expect.stringContaining(who) as string;
      expect(events).toContainEqual(expect.objectContaining({ error: expect.objectContaining({ message }) as object }));
    },
  );
});

describe("a room's facts", () => {
  const room = new Room();

  it("that a joiner has otherwise are a `room-mismatch` for it, and the others go on", async () => {
    const [a, b] = await room.voters(2);
    const misfit = await room.replicator({ dimensions: 3 });
    const events = recorded(misfit);
    await misfit.start();
    await eventually(() => errorCodes(events).includes("room-mismatch"), true);
    const error = events.find((event) => event.type === "error");
    expect(error).toMatchObject({ error: { fact: "dimensions", ours: "3", theirs: "2" } });
    await a!.write(entry("x"), { consistency: "quorum" });
    await eventually(() => b!.count(), 1);
    expect(await misfit.count()).toBe(0);
  });

  it("that a joiner leaves out it takes", async () => {
    const other = new Room();
    const [a] = await other.voters(2, { replicationFactor: 2 });
    const joiner = await other.started({ dimensions: undefined as never });
    await a!.write(entry("x"), one);
    await eventually(() => joiner.count(), 1);
    await expect(joiner.write({ id: "y", vector: vector(1, 2, 3) }, one)).rejects.toMatchObject({
      code: "dimension-mismatch",
    });
    await other.close();
  });

  it("do not hold the version of a resolver: two share a room and are warned (C6)", async () => {
    const other = new Room();
    const resolver = (version: string) => custom((siblings) => siblings[0]!, { version });
    const a = await other.replicator({ conflictResolution: resolver("1") });
    const events = recorded(a);
    await a.start();
    const b = await other.started({ conflictResolution: resolver("2") });
    await eventually(() => errorCodes(events), ["room-mismatch"]);
    await a.write(entry("x"), one);
    await eventually(() => b.count(), 1);
    await other.close();
  });
});

describe("managing replicas", () => {
  const room = new Room();

  it("removeReplica takes the vote until addReplica gives it back (Q7a)", async () => {
    const [a, b, c] = await room.voters(3);
    await b!.removeReplica(c!.nodeId);
    await eventually(() => voterCount(a!), 2);
    await c!.stop();
    await c!.start();
    await eventually(() => a!.replicas().then((all) => all.find((each) => each.id === c!.nodeId)?.status), "healthy");
    await a!.write(entry("x"), { consistency: "quorum" });
    await eventually(() => c!.count(), 1);
    expect(await voterCount(a!)).toBe(2);
    await a!.addReplica(c!.nodeId);
    await eventually(() => voterCount(c!), 3);
    const stranger = nodeOf(404);
    await expect(a!.addReplica(stranger)).rejects.toMatchObject({ code: "replica-not-found", nodeId: stranger });
    await expect(a!.removeReplica(stranger)).rejects.toMatchObject({ code: "replica-not-found" });
  });

  it("forceSync reports what each side gained, and says when the peer is not there", async () => {
    const other = new Room();
    const [a, b] = [await other.replicator(), await other.replicator()];
    await a.writeBatch([entry("x"), entry("y")], one);
    await b.write(entry("z"), one);
    // A slow comparison leaves the forced one to bring everything.
    await a.start();
    await b.start();
    await eventually(() => a.replicas().then((all) => all.length), 2);
    const report = await a.forceSync(b.nodeId);
    await eventually(() => a.count(), 3);
    expect(report.received + report.sent).toBeLessThanOrEqual(3);
    expect(await a.forceSync(b.nodeId)).toEqual({ received: 0, sent: 0, dropped: 0, droppedByPeer: 0 });
    await expect(a.forceSync(nodeOf(404))).rejects.toMatchObject({ code: "replica-not-found" });
    await b.stop();
    await expect(a.forceSync(b.nodeId)).rejects.toMatchObject({ code: "replica-not-found" });
    await other.close();
  });

  it("concurrent edits meet as a conflict, told on both sides, shown the same (C6, P2)", async () => {
    const other = new Room();
    const [a, b] = await other.voters(2, { replicationFactor: 2, conflictResolution: { mode: "vector-clock" } });
    const events = [recorded(a!), recorded(b!)];
    other.network.partition([a!.nodeId], [b!.nodeId]);
    await a!.write(entry("x", 1), one);
    await b!.write(entry("x", 2), one);
    other.network.heal();
    await eventually(async () => (await a!.get("x"))?.conflicts.length, 1);
    await eventually(async () => (await b!.get("x"))?.conflicts.length, 1);
    expect(await a!.get("x")).toEqual(await b!.get("x"));
    for (const each of events)
      await eventually(() => each.some((event) => event.type === "conflict" && event.siblings.length === 2), true);
    await a!.write(entry("x", 3), { consistency: "all" });
    await eventually(async () => (await b!.get("x"))?.conflicts.length, 0);
    await other.close();
  });

  it("a rate limit slows replication, says so, and everything arrives", async () => {
    const other = new Room();
    const runtime = new ManualRuntime();
    const limited = await other.replicator({ maxBytesPerSecond: 2000 }, runtime);
    const events = recorded(limited);
    await limited.start();
    const peer = await other.started();
    const arrived = async (): Promise<number> => {
      await runtime.advance(100);
      return peer.count();
    };
    for (const round of [1, 2, 3]) {
      const entries = Array.from({ length: 300 }, (_, i) => entry(`${round}.${i}`, i));
      await limited.writeBatch(entries, one);
    }
    await eventually(() => events.some((event) => event.type === "throttled"), true);
    expect(await peer.count()).toBeLessThan(900);
    await eventually(arrived, 900);
    expect(limited.stats().sentBytes).toBeGreaterThan(0);
    await other.close();
  });
});
