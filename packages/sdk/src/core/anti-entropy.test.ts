import { describe, expect, it } from "vitest";
import { Lab, put, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import { MAX_UNACKNOWLEDGED_BATCHES } from "./batch-sender.ts";
import type { HorizonNews, Message } from "./messages.ts";
import { recordOf } from "./replica-state.fixture.ts";
import { PULL_MS, PULLS_AT_ONCE, SESSION_IDLE_MS } from "./anti-entropy.ts";
import { versionKey } from "./store-layout.ts";

/** `a` in a room of its own where `b` is a learner for good: nothing but sync goes on between them. */
function pair(options: { batchSize?: number } = {}): { lab: Lab; a: Site; b: Site } {
  const lab = new Lab();
  const replicaSet = recordOf([1], { replicationFactor: 1, formed: true });
  const config = { batchSize: options.batchSize ?? 1000 };
  return { lab, a: lab.site(1, { image: { replicaSet }, config }), b: lab.site(2, { image: { replicaSet }, config }) };
}

const fill = (site: Site, count: number): void => {
  site.write(Array.from({ length: count }, (_, i) => put(`e${i}`)));
};
const without = (...types: Message["type"][]): ((from: Site, to: Site, message: Message) => boolean) => {
  return (_from, _to, message) => types.includes(message.type);
};

describe("a session", () => {
  it("brings the newcomer all that it lacks, and then their contexts are equal (S2 to S5)", () => {
    const { lab, a, b } = pair();
    fill(a, 5);
    lab.settle();
    a.write([put("e1", 9), { kind: "delete", id: "e2" }]);
    lab.settle();
    lab.connect(a, b);
    lab.settle();
    expect(b.ids()).toEqual(["e0", "e1", "e3", "e4"]);
    expect(b.replica.state.context.digest.equals(a.replica.state.context.digest)).toBe(true);
    // The gap that the replaced writes left is closed by the joined snapshot, not by a version.
    expect(b.replica.state.context.origins.get(originOf(16))).toEqual([1, 7]);
    expect(b.told("synced")).toEqual([{ type: "synced", nodeId: a.nodeId, entries: 5 }]);
  });

  it("takes context and list at one moment: what is written meanwhile is not in the joined context (S2)", () => {
    const { lab, a, b } = pair({ batchSize: 1 });
    fill(a, 3);
    lab.settle();
    lab.drops = without("push");
    a.holdsLoads = true;
    lab.connect(a, b);
    lab.settle();
    a.write("late");
    lab.settle();
    a.holdsLoads = false;
    lab.settle();
    expect(b.ids()).toEqual(["e0", "e1", "e2"]);
    expect([...b.replica.state.context.origins]).toEqual([[originOf(16), [1, 3]]]);
  });

  it("sends an id's siblings as they are when they are read, also those that replaced the listed ones (S3)", () => {
    const { lab, a, b } = pair();
    fill(a, 2);
    lab.settle();
    a.holdsLoads = true;
    lab.connect(a, b);
    lab.settle();
    lab.drops = without("push");
    a.write([put("e0", 7)]);
    lab.settle();
    a.holdsLoads = false;
    lab.settle();
    expect(b.ids()).toEqual(["e0", "e1"]);
    expect(b.replica.state.siblings("e0")[0]?.dot).toEqual(dotOf(16, 3));
    expect([...b.replica.state.context.origins]).toEqual([[originOf(16), [1, 3]]]);
  });

  it("keeps a few batches under way and goes on as they are acknowledged", () => {
    const { lab, a, b } = pair({ batchSize: 1 });
    fill(a, 20);
    lab.settle();
    b.holdsCommits = true;
    lab.connect(a, b);
    lab.settle();
    expect(a.sentOf("batch")).toHaveLength(MAX_UNACKNOWLEDGED_BATCHES);
    b.holdsCommits = false;
    lab.settle();
    expect(a.sentOf("batch")).toHaveLength(20);
    expect(b.ids()).toHaveLength(20);
  });

  it("keeps to its window when what it read at once fills many batches", () => {
    const { lab, a, b } = pair();
    const text = "x".repeat(60_000);
    a.write(Array.from({ length: 60 }, (_, i) => ({ ...put(`e${i}`), metadata: { text } }) as ReturnType<typeof put>));
    lab.settle();
    b.holdsCommits = true;
    lab.connect(a, b);
    lab.settle();
    expect(a.sentOf("batch")).toHaveLength(MAX_UNACKNOWLEDGED_BATCHES);
    b.holdsCommits = false;
    lab.settle();
    expect(b.ids()).toHaveLength(60);
  });

  it("that breaks off joins nothing, and the next brings only the rest (S5)", () => {
    const { lab, a, b } = pair({ batchSize: 1 });
    fill(a, 6);
    a.write([put("e0", 5)]);
    lab.settle();
    let batches = 0;
    lab.drops = (_from, _to, message) => message.type === "session-end" || (message.type === "batch" && ++batches > 3);
    lab.connect(a, b);
    lab.settle();
    expect(b.ids()).toHaveLength(3);
    const held = [...b.replica.state.all()].flatMap(([, siblings]) => siblings.map((version) => version.dot));
    expect(b.replica.state.context.digest.equals(CausalContext.EMPTY.with(held).digest)).toBe(true);
    lab.cut(a, b);
    lab.drops = () => false;
    const before = a.sentOf("batch").length;
    lab.connect(a, b);
    lab.settle();
    expect(b.ids()).toHaveLength(6);
    expect(a.sentOf("batch").length - before).toBe(3);
    expect(b.replica.state.context.digest.equals(a.replica.state.context.digest)).toBe(true);
  });

  it("is given up when nothing comes for long, and begun again", () => {
    const { lab, a, b } = pair();
    fill(a, 3);
    lab.settle();
    lab.drops = without("batch");
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    expect(b.ids()).toEqual([]);
    lab.drops = () => false;
    lab.pass(SESSION_IDLE_MS / 2);
    expect(b.ids()).toEqual([]);
    lab.pass(SESSION_IDLE_MS);
    expect(b.ids()).toEqual(["e0", "e1", "e2"]);
  });

  it("joins nothing and waits when the store refuses a batch", () => {
    const { lab, a, b } = pair();
    fill(a, 3);
    lab.settle();
    b.holdsCommits = true;
    lab.connect(a, b);
    lab.settle();
    while (b.isCommitting) b.failCommit();
    b.holdsCommits = false;
    lab.settle();
    expect(b.ids()).toEqual([]);
    expect(b.replica.state.context.isEmpty).toBe(true);
    const pulls = b.sentOf("pull").length;
    lab.pass(1000);
    expect(b.sentOf("pull")).toHaveLength(pulls);
    lab.pass(10_000);
    expect(b.ids()).toHaveLength(3);
  });

  it("joins nothing when the receiver lacks a dot of the sender's horizon (S2, S5)", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    lab.settle();
    const link = b.link(a);
    const context = CausalContext.EMPTY.with([dotOf(7, 1), dotOf(7, 2)]);
    a.write("x");
    lab.settle();
    lab.drops = without("session-end", "push");
    a.write("y");
    lab.settle();
    lab.pass(SYNC_INTERVAL_MS);
    const session = b.sentOf("pull").at(-1)!.session;
    b.receive(link, {
      type: "session-end",
      outcome: "complete",
      session,
      context,
      horizon: CausalContext.EMPTY.with([dotOf(7, 1)]),
    });
    lab.settle();
    expect(b.replica.state.context.covers(dotOf(7, 2))).toBe(false);
    expect(b.replica.state.horizon.isEmpty).toBe(true);
  });

  it("says nothing about a version that cannot be read, ends, and sends the rest", () => {
    const { lab, a, b } = pair();
    fill(a, 3);
    lab.settle();
    a.unreadable.add(`v/${originOf(16)}/2`);
    lab.connect(a, b);
    lab.settle();
    expect(b.ids()).toEqual(["e0", "e2"]);
    expect(b.replica.state.context.covers(dotOf(16, 2))).toBe(false);
    expect(a.sentOf("session-end").at(-1)?.context.isEmpty).toBe(true);
  });

  it("whose sender sends more than its window is refused with its connection (P8)", () => {
    const { lab, a, b } = pair();
    fill(a, 1);
    lab.settle();
    lab.drops = without("batch");
    lab.connect(a, b);
    lab.settle();
    b.holdsCommits = true;
    const link = b.link(a);
    const session = b.sentOf("pull").at(-1)!.session;
    for (let index = 0; index <= MAX_UNACKNOWLEDGED_BATCHES; index++) {
      const versions = [versionOf({ id: `h${index}`, dot: dotOf(9, index + 1) })];
      b.receive(link, { type: "batch", session, index, versions });
    }
    expect(b.closed).toEqual([expect.stringContaining("batch")]);
    expect(b.told("error")).toMatchObject([{ error: { code: "invalid-frame" } }]);
  });
});

describe("anti-entropy", () => {
  it("tells a digest only when it has changed, and at most once an interval (C3)", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    lab.pass(10 * SYNC_INTERVAL_MS);
    const quiet = a.sentOf("digest").length;
    lab.pass(50 * SYNC_INTERVAL_MS);
    expect(a.sentOf("digest")).toHaveLength(quiet);
    for (let i = 0; i < 10; i++) {
      a.write(`w${i}`);
      lab.pass(SYNC_INTERVAL_MS / 10);
    }
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.sentOf("digest").length - quiet).toBeGreaterThan(0);
    expect(a.sentOf("digest").length - quiet).toBeLessThanOrEqual(3);
  });

  it("pulls nothing while live writes bring everything (S6)", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    a.write("x");
    lab.pass(10 * SYNC_INTERVAL_MS);
    const pulls = b.sentOf("pull").length;
    for (let i = 0; i < 20; i++) {
      a.write(`w${i}`);
      lab.pass(SYNC_INTERVAL_MS / 2);
    }
    lab.pass(10 * SYNC_INTERVAL_MS);
    expect(b.ids()).toHaveLength(21);
    expect(b.sentOf("pull")).toHaveLength(pulls);
  });

  // Held twice: the sender knows that it could not send all that it listed, and the receiver that it lacks what has been collected since.
  // Either alone keeps the promise; without both, b would claim the delete, and show what was deleted.
  it("joins nothing where a delete was collected over there before its turn to be sent (S3, S5, P3)", () => {
    const { lab, a, b } = pair({ batchSize: 1 });
    a.write("gone");
    lab.settle();
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    expect(b.ids()).toEqual(["gone"]);
    lab.cut(a, b);
    a.write("first");
    a.write([{ kind: "delete", id: "gone" }]);
    lab.settle();
    const { state } = a.replica;
    const [deleted] = state.siblings("gone");
    a.holdsLoads = true;
    lab.drops = without("repair-begin");
    lab.connect(a, b);
    lab.settle();
    state.horizon = state.horizon.with([deleted!.dot]);
    state.setSiblings("gone", []);
    a.store.delete(versionKey(deleted!.dot));
    a.holdsLoads = false;
    lab.settle();
    expect(a.sentOf("session-end")).toHaveLength(2);
    expect(b.ids()).toEqual(["first", "gone"]);
    expect(b.replica.state.context.covers(deleted!.dot)).toBe(false);
    lab.drops = () => false;
    lab.pass(SESSION_IDLE_MS);
    expect(b.ids()).toEqual(["first"]);
    expect(b.replica.state.context.digest.equals(state.context.digest)).toBe(true);
  });

  it("asks again with the buckets in which the two differ by now (S2)", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    lab.drops = without("push");
    a.write("x");
    lab.settle();
    const link = a.link(b);
    const digest = CausalContext.EMPTY.with([dotOf(0x33, 1)]).digest;
    a.receive(link, {
      type: "pull",
      session: 99,
      digest,
      buckets: new Set([0x33]),
      context: CausalContext.EMPTY,
      horizon: CausalContext.EMPTY,
    });
    expect(a.sentOf("pull-more").at(-1)).toMatchObject({ session: 99, buckets: new Set([0x33, 0x10]) });
  });

  it("P8: a peer that pulls and pulls is answered so many times in a row, and then once in a while, of which the newest counts", () => {
    const { lab, a, b } = pair();
    fill(a, 3);
    lab.connect(a, b);
    lab.pass(1000);
    lab.drops = without("batch", "session-end");
    const { digest } = a.replica.state.context;
    const ask = { type: "pull", digest, buckets: new Set<number>(), context: CausalContext.EMPTY } as const;
    const flood = (from: number, count: number): void => {
      for (let i = 0; i < count; i++)
        a.receive(a.link(b), { ...ask, session: from + i, horizon: CausalContext.EMPTY.with([dotOf(16, 1)]) });
    };
    const answered = (): number[] =>
      a
        .sentOf("session-end")
        .map(({ session }) => session)
        .filter((session) => session >= 1000);
    flood(1000, 3 * PULLS_AT_ONCE);
    expect(answered()).toEqual(Array.from({ length: PULLS_AT_ONCE }, (_, i) => 1000 + i));
    lab.pass(PULL_MS);
    expect(answered().slice(PULLS_AT_ONCE)).toEqual([1000 + 3 * PULLS_AT_ONCE - 1]);
    flood(2000, 1);
    expect(answered()).toHaveLength(PULLS_AT_ONCE + 1);
    lab.drops = () => false;
    a.write("x");
    lab.pass(2000);
    expect(b.ids()).toContain("x");
  });

  it("tells its horizon once on a connection, then what joins it, and all of it when it has shrunk (S2, S5, S1)", () => {
    const { lab, a, b } = pair();
    fill(a, 2);
    lab.connect(a, b);
    lab.pass(1000);
    for (const { replica } of [a, b]) replica.state.horizon = CausalContext.EMPTY.with([dotOf(16, 1)]);
    lab.drops = without("push");
    const news = (): HorizonNews[] =>
      b.sent.filter((message) => message.type === "pull" || message.type === "session-end");
    const told = (): unknown[] => {
      const before = news().length;
      a.write("x");
      lab.pass(15_000);
      return news()
        .slice(before)
        .map(({ horizon, anew }) => [[...horizon.origins.values()].flat(), anew])
        .filter(([intervals, anew]) => anew === true || (intervals as number[]).length > 0);
    };
    expect(told()).toEqual([[[1, 1], undefined]]);
    expect(told()).toEqual([]);
    for (const { replica } of [a, b]) replica.state.horizon = replica.state.horizon.with([dotOf(16, 2)]);
    expect(told()).toEqual([[[1, 2], undefined]]);
    b.replica.state.resets++;
    b.replica.state.horizon = CausalContext.EMPTY;
    expect(told()).toEqual([[[], true]]);
    expect(a.sentOf("session-end").at(-1)).toMatchObject({ outcome: "complete", horizon: CausalContext.EMPTY });
  });

  it("catches up with writes that no push brought, at the next comparison", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    lab.drops = without("push");
    a.write("x");
    lab.pass(15_000);
    expect(b.ids()).toEqual(["x"]);
  });

  it("leaves the context unjoined while some of its dots are only under way (S5, S6)", () => {
    const { lab, a, b } = pair();
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    lab.drops = without("push");
    a.write("x");
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(b.sentOf("pull").length).toBeGreaterThan(0);
    expect(b.ids()).toEqual([]);
    expect(b.replica.state.context.isEmpty).toBe(true);
  });

  it("relays what came by session, origin, dot and bytes unchanged (S9)", () => {
    const lab = new Lab();
    const replicaSet = recordOf([1], { replicationFactor: 1, formed: true });
    const [a, b, c] = [1, 2, 3].map((n) => lab.site(n, { image: { replicaSet } })) as [Site, Site, Site];
    a.write("x");
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    lab.cut(a, b);
    lab.connect(b, c);
    lab.pass(SYNC_INTERVAL_MS);
    const [relayed, first] = [c.sentOf("batch"), b.sentOf("batch")];
    expect(relayed).toHaveLength(0);
    expect(first.at(-1)?.versions).toEqual(a.sentOf("batch").at(-1)?.versions);
    expect(c.ids()).toEqual(["x"]);
  });
});
