import { describe, expect, it } from "vitest";
import { Lab, put, type Site } from "./replica-lab.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import { REPAIR_BEGIN_MS, REPAIR_IDLE_MS, REPAIR_INTERVAL_MS, REPAIR_RETRY_MS, REPAIRS_AT_ONCE } from "./repairs.ts";
import { dropping } from "./room.fixture.ts";
import type { SyncReport } from "./effects.ts";
import { TURN_IDLE_MS } from "./catch-up-turn.ts";
import { versionKey } from "./store-layout.ts";

const dotOfId = (site: Site, id: string) => site.replica.state.siblings(id)[0]!.dot;

/** Takes a version out of a store as if it had been dominated by a tombstone that is collected since (C9). */
function collect(site: Site, id: string): void {
  const { state } = site.replica;
  state.horizon = state.horizon.with([dotOfId(site, id)]);
  state.setSiblings(id, []);
}

/** Two replicas that hold the same: a, b and c. */
function pair(): { lab: Lab; a: Site; b: Site } {
  const lab = new Lab();
  const [a, b] = [lab.site(1), lab.site(2)];
  lab.connect(a, b);
  lab.pass(1000);
  a.write([put("a"), put("b"), put("c")]);
  lab.pass(6000);
  expect(b.ids()).toEqual(["a", "b", "c"]);
  return { lab, a, b };
}

function force(site: Site, peer: Site, longerMs = 0): () => SyncReport {
  const op = site.ask((op, deadline) => ({
    type: "force-sync",
    op,
    nodeId: peer.nodeId,
    deadline: deadline + longerMs,
  }));
  return () => {
    const outcome = site.outcomes.get(op);
    if (outcome?.kind !== "sync-report") throw new Error(outcome?.kind ?? "no outcome");
    return outcome.report;
  };
}

/** Connects two, and forces a repair before any session. */
function meetAndForce(lab: Lab, a: Site, b: Site, longerMs = 0): () => SyncReport {
  lab.drops = (_, __, { type }) => type === "pull" || type === "digest";
  lab.connect(a, b);
  for (let left = 6; left > 0; left--) for (const site of [a, b]) site.step();
  return force(a, b, longerMs);
}

describe("Repairs (S8)", () => {
  it("forceSync tells what each side gained and dropped, and leaves both equal", () => {
    const { lab, a, b } = pair();
    lab.cut(a, b);
    a.write("only-a");
    b.write("only-b");
    collect(a, "b");
    collect(b, "c");
    const report = meetAndForce(lab, a, b);
    lab.pass(2000);
    expect(report()).toEqual({ received: 1, sent: 1, dropped: 1, droppedByPeer: 1 });
    expect([a.ids(), b.ids()]).toEqual([
      ["a", "only-a", "only-b"],
      ["a", "only-a", "only-b"],
    ]);
    expect(a.replica.state.context.digest.equals(b.replica.state.context.digest)).toBe(true);
    expect(a.replica.state.horizon.coversAll(b.replica.state.horizon)).toBe(true);
  });

  it("forceSync tells nothing of what a repair that was under way had done before it was asked for", () => {
    const { lab, a, b } = pair();
    lab.cut(a, b);
    b.write("only-b");
    meetAndForce(lab, a, b);
    lab.drops = dropping("repair-done", "pull", "digest");
    lab.settle();
    expect(a.ids()).toContain("only-b");
    const report = force(a, b, REPAIR_IDLE_MS + REPAIR_RETRY_MS);
    lab.drops = dropping();
    lab.pass(REPAIR_IDLE_MS + REPAIR_RETRY_MS + 1000);
    expect(report()).toEqual({ received: 0, sent: 0, dropped: 0, droppedByPeer: 0 });
  });

  it("forceSync of equal replicas moves nothing, from both sides at once", () => {
    const { lab, a, b } = pair();
    const reports = [force(a, b), force(b, a)];
    lab.pass(2000);
    for (const report of reports) expect(report()).toEqual({ received: 0, sent: 0, dropped: 0, droppedByPeer: 0 });
  });

  it("S2: a new replica comes into a room with a horizon by repair", () => {
    const { lab, a } = pair();
    collect(a, "b");
    const late = lab.site(3);
    lab.connect(a, late);
    lab.pass(3000);
    expect(late.ids()).toEqual(["a", "c"]);
    expect(late.sentOf("repair-done").at(-1)).toMatchObject({ joined: true, gained: 2 });
    expect(late.replica.state.horizon.isEmpty).toBe(false);
    const turns = late.sentOf("pull").length;
    lab.pass(20_000);
    expect(late.sentOf("pull")).toHaveLength(turns);
  });

  it("P3: a replica that was away while a deletion was collected raises nothing", () => {
    const lab = new Lab();
    const [a, away] = [lab.site(1), lab.site(2)];
    lab.connect(a, away);
    lab.pass(1000);
    a.write("x");
    lab.pass(6000);
    lab.cut(a, away);
    a.write([{ kind: "delete", id: "x" }]);
    lab.pass(1000);
    collect(a, "x");
    away.write("y");
    lab.connect(a, away);
    lab.pass(3000);
    expect([a.ids(), away.ids()]).toEqual([["y"], ["y"]]);
  });

  it("drops nothing before the peer's versions are durable here", () => {
    const { lab, a, b } = pair();
    collect(a, "b");
    lab.cut(a, b);
    a.write("new");
    meetAndForce(lab, b, a);
    b.holdsCommits = true;
    lab.pass(2000);
    expect(b.ids()).toEqual(["a", "b", "c"]);
    b.holdsCommits = false;
    lab.pass(2000);
    expect(b.ids()).toEqual(["a", "c", "new"]);
  });

  it("begins again when a version that the peer has seen and let go comes in meanwhile by another way", () => {
    const { lab, a, b } = pair();
    const stale = lab.site(3);
    lab.connect(a, stale);
    lab.pass(2000);
    for (const other of [b, stale]) lab.cut(a, other);
    // a has deleted "c", and collected the tombstone; b has never heard of either; the stale one still holds it.
    a.write([{ kind: "delete", id: "c" }]);
    lab.settle();
    collect(a, "c");
    b.replica.state.setSiblings("c", []);
    b.replica.state.context = CausalContext.EMPTY.with([dotOfId(b, "a"), dotOfId(b, "b")]);
    a.write("new");
    a.holdsLoads = true;
    const report = meetAndForce(lab, a, b, TURN_IDLE_MS);
    lab.settle();
    // Both have taken their snapshots, and b waits for "new".
    expect(a.sentOf("repair-begin")).toHaveLength(1);
    lab.drops = () => false;
    lab.connect(b, stale);
    // Its turn comes when a has brought nothing for long.
    lab.pass(TURN_IDLE_MS + 1000);
    expect(b.ids()).toEqual(["a", "b", "c"]);
    a.holdsLoads = false;
    lab.settle();
    expect(b.sentOf("repair-done").map(({ joined, dropped }) => ({ joined, dropped }))).toEqual([
      { joined: false, dropped: 0 },
    ]);
    expect(b.replica.state.horizon.isEmpty).toBe(true);
    lab.pass(3000);
    expect(b.sentOf("repair-done")[1]).toMatchObject({ joined: true, dropped: 1 });
    expect(report()).toMatchObject({ droppedByPeer: 1 });
    for (const site of [a, b, stale]) expect(site.ids()).toEqual(["a", "b", "new"]);
  });

  it("sends what it held at its snapshot though that has been overwritten since, as what has replaced it", () => {
    const { lab, a, b } = pair();
    lab.cut(a, b);
    a.write("new");
    meetAndForce(lab, a, b);
    expect([a.sentOf("repair-begin").length, b.sentOf("repair-begun").length]).toEqual([1, 0]);
    // The peer will join a context that names the first "new", and the second does not reach it by itself.
    lab.drops = (_, __, { type }) => type === "pull" || type === "digest" || type === "push";
    const first = dotOfId(a, "new");
    a.write("new");
    lab.pass(2000);
    expect(b.sentOf("repair-done")).toMatchObject([{ joined: true }]);
    expect(b.replica.state.context.covers(first)).toBe(true);
    expect(dotOfId(b, "new")).toEqual(dotOfId(a, "new"));
    expect(dotOfId(b, "new")).not.toEqual(first);
  });

  it("joins nothing where the peer's horizon has grown past its snapshot, and begins again", () => {
    const { lab, a, b } = pair();
    lab.cut(a, b);
    b.write("late");
    a.holdsLoads = true;
    a.write("x");
    collect(a, "a");
    const report = meetAndForce(lab, a, b);
    lab.settle();
    a.write([{ kind: "delete", id: "x" }]);
    lab.settle();
    collect(a, "x");
    a.holdsLoads = false;
    lab.pass(3000);
    expect(b.sentOf("repair-done").map(({ joined }) => joined)).toContain(false);
    expect(report()).toMatchObject({ droppedByPeer: 1 });
    expect([a.ids(), b.ids()]).toEqual([
      ["b", "c", "late"],
      ["b", "c", "late"],
    ]);
  });

  it("P3: a delete that is collected before its turn to be sent is not claimed by whom it never reached", () => {
    const { lab, a, b } = pair();
    lab.cut(a, b);
    a.write("x");
    lab.settle();
    const written = a.replica.state.siblings("x")[0]!;
    // b has come to hold x as well, by a push, and deletes it; a session has yet to tell it of the write that the delete names.
    b.write("x");
    lab.settle();
    const [own] = b.replica.state.siblings("x");
    const { state } = b.replica;
    state.setSiblings("x", [{ ...own!, tombstone: true, context: new Map([[written.dot.origin, written.dot.seq]]) }]);
    b.holdsLoads = true;
    meetAndForce(lab, a, b);
    lab.settle();
    expect(b.sentOf("repair-begun")).toHaveLength(1);
    state.context = state.context.with([written.dot]);
    b.store.delete(versionKey(own!.dot));
    collect(b, "x");
    b.holdsLoads = false;
    lab.pass(3000);
    for (const site of [a, b]) expect(site.ids()).toEqual(["a", "b", "c"]);
    expect(a.replica.state.context.digest.equals(b.replica.state.context.digest)).toBe(true);
  });

  it("a broken repair joins nothing and drops nothing, and the next one resumes", () => {
    const { lab, a, b } = pair();
    collect(a, "b");
    lab.drops = (_, __, { type }) => type === "repair-end";
    force(b, a);
    lab.pass(1000);
    expect(b.ids()).toEqual(["a", "b", "c"]);
    lab.drops = () => false;
    lab.pass(REPAIR_IDLE_MS + REPAIR_RETRY_MS + 1000);
    expect(b.ids()).toEqual(["a", "c"]);
  });

  it("P8: a peer that begins and begins makes so many repairs in a row, and then one a second, of which the newest counts", () => {
    const { lab, a, b } = pair();
    const { context, horizon } = b.replica.state;
    const flood = (from: number, count: number): void => {
      for (let i = 0; i < count; i++)
        a.receive(a.link(b), { type: "repair-begin", repair: 2 * (from + i) + 1, context, horizon, ranges: [] });
    };
    lab.drops = (_, __, { type }) => type.startsWith("repair-");
    flood(1000, 3 * REPAIRS_AT_ONCE);
    const begun = (): number[] => a.sentOf("repair-begun").map(({ repair }) => repair);
    expect(begun()).toEqual(Array.from({ length: REPAIRS_AT_ONCE }, (_, i) => 2 * (1000 + i) + 1));
    lab.pass(REPAIR_BEGIN_MS);
    expect(begun().slice(REPAIRS_AT_ONCE)).toEqual([2 * (1000 + 3 * REPAIRS_AT_ONCE - 1) + 1]);
    flood(2000, 1);
    expect(begun()).toHaveLength(REPAIRS_AT_ONCE + 1);
    lab.drops = () => false;
    const report = force(b, a);
    lab.pass(3 * REPAIR_BEGIN_MS);
    expect(report()).toEqual({ received: 0, sent: 0, dropped: 0, droppedByPeer: 0 });
  });

  it("in the background finds what one of two equal contexts no longer holds, for one small message each way otherwise", () => {
    const { lab, a, b } = pair();
    lab.pass(2 * REPAIR_INTERVAL_MS + 1000);
    expect(a.sentOf("repair-begin")).toHaveLength(0);
    expect(a.sentOf("repair-check")).toHaveLength(2);
    expect(b.sentOf("repair-checked")).toEqual([
      { type: "repair-checked", equal: true },
      { type: "repair-checked", equal: true },
    ]);
    collect(b, "b");
    lab.pass(REPAIR_INTERVAL_MS + 2000);
    expect([a.ids(), b.ids()]).toEqual([
      ["a", "c"],
      ["a", "c"],
    ]);
  });

  it("tells of one dot with two contents, and drops neither", () => {
    const { lab, a, b } = pair();
    const { state } = b.replica;
    state.setSiblings(
      "b",
      state.siblings("b").map((version) => ({ ...version, hash: version.hash ^ 1 })),
    );
    force(a, b);
    lab.pass(2000);
    for (const site of [a, b]) {
      expect(site.told("error").map(({ error }) => error.code)).toContain("storage-corrupt");
      expect(site.ids()).toEqual(["a", "b", "c"]);
    }
  });

  it("S1: takes a damaged record out, claims what is held and no more, and gets it back from its peer", () => {
    const { lab, a, b } = pair();
    a.write("a");
    lab.pass(6000);
    b.holdsCommits = true;
    const counter = b.replica.state.counter;
    b.handle({ type: "damaged", op: undefined, dots: [dotOfId(b, "a")] });
    b.holdsCommits = false;
    b.commit();
    expect(b.ids()).toEqual(["b", "c"]);
    expect(b.replica.state.context.covers(dotOfId(a, "a"))).toBe(false);
    expect(b.replica.state.counter).toBeLessThan(counter);
    expect(b.told("error").at(-1)?.error).toMatchObject({ code: "storage-corrupt", ids: ["a"] });
    lab.pass(8000);
    expect(b.ids()).toEqual(["a", "b", "c"]);
    expect(a.replica.state.context.digest.equals(b.replica.state.context.digest)).toBe(true);
  });
});
