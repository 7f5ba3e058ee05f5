import { describe, expect, it } from "vitest";
import { dropping, ref, room } from "./room.fixture.ts";
import { type Lab, put, type Site, SYNC_INTERVAL_MS, TIMEOUT_MS } from "./replica-lab.fixture.ts";
import { MAX_CLOCK_SKEW_MS } from "./hybrid-logical-clock.ts";
import type { OperationId } from "./effects.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import type { StoredVersion } from "./version.ts";

/** Three voters that all see each other. */
function triangle(fields: Parameters<typeof room>[2] = {}): { lab: Lab; a: Site; b: Site; c: Site } {
  const { lab, sites } = room([1, 2, 3], [], fields);
  const [a, b, c] = sites as [Site, Site, Site];
  lab.connect(b, c);
  lab.pass(SYNC_INTERVAL_MS);
  return { lab, a, b, c };
}

function versions(site: Site, op: OperationId): readonly StoredVersion[] {
  const outcome = site.outcomes.get(op);
  if (outcome?.kind !== "versions") throw new Error(outcome?.kind === "failed" ? outcome.error.message : outcome?.kind);
  return outcome.versions;
}

function numbers(site: Site, op: OperationId): unknown[] {
  return versions(site, op).map((version) => version.metadata["n"]);
}

/** Stores here what nobody is told: nothing is pushed, nothing is synced. */
function alone(lab: Lab, site: Site, write: () => void): void {
  const drops = lab.drops;
  lab.drops = (from) => from === site;
  write();
  lab.settle();
  lab.drops = drops;
}

describe("a read at quorum", () => {
  it("shows what a data quorum holds, with what this replica holds, and stores it here (Q9)", () => {
    const { lab, a, b } = triangle();
    alone(lab, b, () => b.write([put("x", 7)]));
    expect(a.ids()).toEqual([]);
    const op = a.read("x", "all");
    lab.settle();
    expect(numbers(a, op)).toEqual([7]);
    expect(a.ids()).toEqual(["x"]);
  });

  it("has brought what it shows to a data quorum before it returns (Q9)", () => {
    const { lab, a, b, c } = triangle();
    alone(lab, b, () => b.write([put("x", 7)]));
    a.holdsCommits = c.holdsCommits = true;
    const op = a.read("x", "all");
    lab.settle();
    a.commit();
    lab.settle();
    expect(a.outcomes.has(op)).toBe(false);
    a.holdsCommits = c.holdsCommits = false;
    lab.settle();
    expect(numbers(a, op)).toEqual([7]);
    expect(c.ids()).toEqual(["x"]);
  });

  it("asks nobody to store what enough of them have said they hold (Q9)", () => {
    const { lab, a, b } = triangle();
    a.write([put("x", 7)], "all");
    lab.pass(SYNC_INTERVAL_MS);
    const before = b.sentOf("ack").length;
    const op = b.read("x");
    lab.settle();
    expect(numbers(b, op)).toEqual([7]);
    expect(b.sentOf("push")).toEqual([]);
    expect([...a.sentOf("ack"), ...b.sentOf("ack")]).toHaveLength(before);
  });

  it("brings tombstones over, too, and finds nothing at an id that nobody has (Q9, C6)", () => {
    const { lab, a, b } = triangle();
    a.write([put("x", 7)], "all");
    lab.pass(SYNC_INTERVAL_MS);
    alone(lab, b, () => b.write([{ kind: "delete", id: "x" }]));
    const op = a.read("x", "all");
    const none = a.read("y");
    lab.settle();
    expect(versions(a, op)).toMatchObject([{ tombstone: true }]);
    expect(versions(a, none)).toEqual([]);
  });

  it("takes replies of one epoch only, and asks again in the next (Q5)", () => {
    const { lab, a, b, c } = triangle();
    lab.drops = dropping("read-reply");
    const op = a.read("x");
    lab.settle();
    const old = ref(a);
    const next = { lineage: old.lineage, epoch: old.epoch + 1 };
    a.receive(a.link(b), {
      type: "replica-set",
      replicaSet: { ...a.replica.state.replicaSet, ...next },
      decided: undefined,
      isHome: true,
    });
    lab.settle();
    expect(a.sentOf("read-request").slice(-2)).toMatchObject([next, next]);
    const reply = { type: "read-reply", request: 1, counter: 99, part: 0, parts: 1, versions: [] } as const;
    a.receive(a.link(b), { ...reply, ...old });
    a.receive(a.link(c), { ...reply, ...old });
    expect(a.outcomes.has(op)).toBe(false);
    a.receive(a.link(b), { ...reply, ...next });
    lab.settle();
    expect(versions(a, op)).toEqual([]);
  });

  it("fails at once with too few voters, and in time with silent ones (Q2, P4)", () => {
    const { lab, a, b, c } = triangle();
    lab.drops = dropping("read-reply");
    const silent = a.read("x");
    lab.pass(TIMEOUT_MS);
    expect(a.failure(silent)).toMatchObject({ code: "quorum-timeout", dots: [], required: 2, acks: [a.nodeId] });
    lab.cut(a, b);
    lab.cut(b, c);
    lab.pass(SYNC_INTERVAL_MS);
    const all = a.read("x", "all");
    expect(a.failure(all)).toMatchObject({ code: "quorum-unavailable", dots: [], required: 3, alive: 2 });
    const cut = a.read("x");
    lab.cut(a, c);
    expect(a.failure(cut)).toMatchObject({ code: "quorum-unavailable", required: 2, alive: 1 });
  });

  it("counts no learner, and a learner can read (Q3)", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, b, d] = sites as [Site, Site, Site];
    lab.connect(b, d);
    lab.pass(SYNC_INTERVAL_MS);
    a.write([put("x", 7)], "quorum");
    lab.settle();
    const op = d.read("x");
    lab.settle();
    expect(numbers(d, op)).toEqual([7]);
    lab.cut(d, b);
    lab.cut(a, b);
    lab.settle();
    expect(d.failure(d.read("x"))).toMatchObject({ code: "quorum-unavailable", alive: 1 });
    expect(d.sentOf("read-reply")).toEqual([]);
  });

  it("shows what only its reader held, and nothing of what was deleted and collected while that was away (Q9, C9, P3)", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, b, d] = sites as [Site, Site, Site];
    lab.connect(b, d);
    d.write([put("deleted"), put("kept")]);
    lab.pass(SYNC_INTERVAL_MS);
    for (const voter of [a, b]) lab.cut(voter, d);
    a.write([{ kind: "delete", id: "deleted" }], "quorum");
    lab.settle();
    for (const { replica } of [a, b]) {
      expect(replica.state.siblings("deleted")).toMatchObject([{ tombstone: true }]);
      replica.state.horizon = replica.state.horizon.with([replica.state.siblings("deleted")[0]!.dot]);
      replica.state.setSiblings("deleted", []);
    }
    // It has met them, and is not repaired yet.
    lab.drops = dropping("pull", "push", "repair-begin", "repair-begun");
    for (const voter of [a, b]) lab.connect(voter, d);
    lab.settle();
    expect(d.ids()).toEqual(["deleted", "kept"]);
    d.write([put("kept", 7)]);
    lab.settle();
    lab.drops = dropping("pull", "repair-begin", "repair-begun");
    const [deleted, kept] = [d.read("deleted"), d.read("kept")];
    lab.settle();
    expect(numbers(d, deleted)).toEqual([]);
    expect(numbers(d, kept)).toEqual([7]);
  });

  it("takes a reply that an ack has overtaken for no restored store: control goes before content (Q3, T3)", () => {
    const { lab, a, b, c } = triangle();
    lab.cut(a, c);
    lab.drops = (from, _to, message) => from === b && message.type === "read-reply";
    const op = a.read("x");
    a.write([put("y")], "quorum");
    lab.settle();
    const late = b.sentOf("read-reply")[0]!;
    a.receive(a.link(b), { ...late, counter: late.counter - 1 });
    lab.settle();
    expect(versions(a, op)).toEqual([]);
    const write = a.write([put("y")], "quorum");
    lab.settle();
    expect(a.outcomes.get(write)).toMatchObject({ kind: "receipt" });
  });

  it("begins anew when its lineage yields to another (Q5)", () => {
    const { lab, a } = triangle();
    lab.drops = dropping("read-reply");
    const op = a.read("x");
    lab.settle();
    expect(a.sentOf("read-request")).toHaveLength(2);
    const lone = recordOf([1], { lineage: "f".repeat(32) as never, generation: 1, formed: true, replicationFactor: 1 });
    a.receive([...a.ends.keys()][0]!, { type: "retired", lineage: ref(a).lineage, replicaSet: lone });
    lab.settle();
    expect(versions(a, op)).toEqual([]);
  });

  it("is answered by a voter once its commit is durable, and not by one that is none by then (Q4, Q5)", () => {
    const { lab, a, b } = triangle();
    b.holdsCommits = true;
    b.write([put("x", 1)]);
    b.receive(b.link(a), { type: "read-request", request: 9, ...ref(a), ids: ["x"] });
    expect(b.sentOf("read-reply")).toEqual([]);
    b.commit();
    lab.settle();
    expect(b.sentOf("read-reply")).toMatchObject([{ request: 9, ...ref(a), versions: [{ id: "x" }] }]);

    b.write([put("x", 2)]);
    b.receive(b.link(a), {
      type: "replica-set",
      replicaSet: recordOf([1, 3], { epoch: 4, barred: [nodeOf(2)] }),
      decided: undefined,
      isHome: true,
    });
    b.receive(b.link(a), { type: "read-request", request: 10, ...ref(a), ids: ["x"] });
    b.holdsCommits = false;
    lab.settle();
    expect(b.sentOf("read-reply")).toHaveLength(1);
    expect(b.sentOf("nack")).toMatchObject([{ request: 10, replicaSet: { epoch: 4 } }]);
  });

  it("tells the newest when its versions are replaced while they are read", () => {
    const { lab, a, b } = triangle();
    b.write([put("x", 1)]);
    lab.settle();
    b.holdsLoads = true;
    b.receive(b.link(a), { type: "read-request", request: 9, ...ref(a), ids: ["x"] });
    b.write([put("x", 2)]);
    b.commit();
    b.holdsLoads = false;
    lab.settle();
    expect(b.sentOf("read-reply")).toMatchObject([{ versions: [{ metadata: { n: 2 } }] }]);
  });

  it("leaves a voter out that cannot read what it holds", () => {
    const { lab, a, b, c } = triangle();
    a.write([put("x", 1)], "all");
    lab.settle();
    for (const key of b.store.keys()) b.unreadable.add(key);
    const op = c.read("x");
    lab.settle();
    expect(numbers(c, op)).toEqual([1]);
    expect(b.sentOf("read-reply")).toEqual([]);
  });

  it("takes from the others what its own store cannot read any more (S1)", () => {
    const { lab, a, c } = triangle();
    a.write([put("x", 1)], "all");
    lab.settle();
    for (const key of c.store.keys()) c.unreadable.add(key);
    c.holdsLoads = true;
    const op = c.read("x");
    lab.settle();
    c.answerLoads();
    c.unreadable.clear();
    c.holdsLoads = false;
    lab.settle();
    expect(numbers(c, op)).toEqual([1]);
    expect(c.told("error").map(({ error }) => error.code)).toEqual(["storage-corrupt"]);
  });

  it("ends where its own store garbles whatever it is given", () => {
    const { lab, a, c } = triangle();
    a.write([put("x", 1)], "all");
    lab.settle();
    for (const key of c.store.keys()) c.unreadable.add(key);
    const op = c.read("x");
    lab.settle();
    expect(c.failure(op)).toMatchObject({ code: "storage-corrupt", ids: ["x"] });
  });

  it("says what to do where its own store can neither read what it holds nor take it out", () => {
    const { lab, a, c } = triangle();
    a.write([put("x", 1)], "all");
    lab.settle();
    for (const key of c.store.keys()) c.unreadable.add(key);
    c.holdsCommits = true;
    const op = c.read("x");
    lab.settle();
    while (c.isCommitting) {
      c.failCommit();
      lab.settle();
    }
    expect(c.failure(op)).toMatchObject({ code: "storage-corrupt", ids: ["x"] });
    expect(c.failure(op).message).toMatch(/"x" is damaged.*disk full.*freeing some space/);
  });

  it("arrives in parts when it is large", () => {
    const { lab, a, b } = triangle();
    const metadata = { text: "x".repeat(2000) };
    const items = Array.from({ length: 200 }, (_, n) => ({ ...put(`x${n}`), metadata }));
    b.write(items, "all");
    lab.pass(SYNC_INTERVAL_MS);
    const before = a.sentOf("read-reply").length;
    const op = b.write(items, "quorum", true);
    lab.pass(SYNC_INTERVAL_MS);
    expect(b.outcomes.get(op)).toMatchObject({ receipt: { ordered: true } });
    expect(a.sentOf("read-reply").length - before).toBeGreaterThan(1);
  });
});

describe("an ordered write", () => {
  it("comes after what a data quorum holds, in context and in time, however far ahead that is stamped (Q9, C7, C8)", () => {
    const { lab, a, b, c } = triangle();
    const now = lab.now;
    lab.now += 10 * MAX_CLOCK_SKEW_MS;
    alone(lab, b, () => b.write([put("x", 1)]));
    alone(lab, c, () => c.write([put("x", 2)]));
    lab.now = now;
    const op = a.write([put("x", 3)], "all", true);
    lab.settle();
    expect(a.outcomes.get(op)).toMatchObject({ receipt: { ordered: true, required: 3 } });
    for (const site of [a, b, c]) {
      expect(site.replica.state.siblings("x")).toHaveLength(1);
      expect(site.replica.state.siblings("x")[0]!.hlc.wallMs).toBeGreaterThanOrEqual(now + 10 * MAX_CLOCK_SKEW_MS);
    }
  });

  it("is made all the same when its read fails, and says so with its dots (Q9, Q2)", () => {
    const { lab, a, b, c } = triangle();
    lab.drops = dropping("read-reply");
    const late = a.write([put("x", 1)], "quorum", true);
    lab.pass(TIMEOUT_MS);
    expect(a.failure(late)).toMatchObject({ code: "quorum-timeout", required: 2, acks: [], dots: [{ seq: 1 }] });
    expect(a.failure(late).message).toContain("without its order");
    lab.cut(a, b);
    lab.cut(a, c);
    const alone = a.write([put("y", 1)], "quorum", true);
    lab.settle();
    expect(a.failure(alone)).toMatchObject({ code: "quorum-unavailable", alive: 1, dots: [{ seq: 2 }] });
    expect(a.ids()).toEqual(["x", "y"]);
  });

  it("is not called ordered when its lineage ended between its read and its acknowledgement (Q9)", () => {
    const { lab, a } = triangle();
    lab.drops = dropping("push", "ack-request");
    const op = a.write([put("x", 1)], "quorum", true);
    lab.settle();
    expect(a.outcomes.has(op)).toBe(false);
    const lone = recordOf([1], { lineage: "f".repeat(32) as never, generation: 1, formed: true, replicationFactor: 1 });
    a.receive([...a.ends.keys()][0]!, { type: "retired", lineage: ref(a).lineage, replicaSet: lone });
    lab.settle();
    expect(a.outcomes.get(op)).toMatchObject({ receipt: { ordered: false, lineage: lone.lineage } });
  });

  it("deletes what only others hold, and over a tombstone that only one holds (Q9)", () => {
    const { lab, a, b } = triangle();
    alone(lab, b, () => b.write([put("x", 1)]));
    const first = a.write([{ kind: "delete", id: "x" }], "all", true);
    lab.settle();
    expect(a.outcomes.get(first)).toMatchObject({ receipt: { ordered: true, dots: [{ seq: 1 }] } });
    const again = a.write([{ kind: "delete", id: "x" }], "quorum", true);
    const unordered = a.write([{ kind: "delete", id: "x" }], "quorum");
    const nothing = a.write([{ kind: "delete", id: "y" }], "quorum", true);
    lab.settle();
    expect(a.outcomes.get(again)).toMatchObject({ receipt: { ordered: true, dots: [{ seq: 2 }] } });
    expect(a.outcomes.get(unordered)).toMatchObject({ receipt: { ordered: false, dots: [] } });
    expect(a.outcomes.get(nothing)).toMatchObject({ receipt: { ordered: true, dots: [] } });
  });
});
