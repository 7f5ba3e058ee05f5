import { lineageOfRecord } from "./lineage-state.ts";
import { describe, expect, it } from "vitest";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import { COLLECTION_INTERVAL_MS } from "./tombstone-collection.ts";
import { CausalContext } from "./causal-context.ts";
import { CollectionLab } from "./collection-lab.fixture.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import { LEASE_MS, MAX_LEASES } from "./leases.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";

const ROUND_MS = 2 * COLLECTION_INTERVAL_MS;

describe("a tombstone", () => {
  it("of a replica alone is collected, and its dot joins the horizon (C9)", () => {
    const lab = new CollectionLab(1, [1]);
    lab.put("x", "y");
    lab.delete("x");
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
    expect([...lab.store.keys()].filter((key) => key.startsWith("v/"))).toHaveLength(1);
    expect(lab.state.horizon.covers(dotOf(16, 3))).toBe(true);
    expect(lab.store.has(`h/${originOf(16)}`)).toBe(true);
    expect(lab.state.context.coversAll(lab.state.horizon)).toBe(true);
  });

  it("waits for every voter, the absent one too, however long (C9)", () => {
    const lab = new CollectionLab(1, [1, 2, 3]);
    const b = lab.connect(2);
    lab.put("x");
    lab.delete("x");
    lab.hear(b);
    lab.pass(400 * 24 * 60 * 60 * 1000);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.hear(lab.connect(3));
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("waits for a leased learner that is away, until its lease lapses (C9)", () => {
    const lab = new CollectionLab(1, [1]);
    const learner = lab.connect(4);
    lab.hear(learner);
    lab.disconnect(learner);
    lab.put("x");
    lab.delete("x");
    lab.pass(LEASE_MS - ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.pass(2 * ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("waits for a learner that was leased before this replica was opened again (C9)", () => {
    const before = new CollectionLab(1, [1]);
    const learner = before.connect(4);
    before.hear(learner);
    const leases = decodeJsonRecord(before.store.get("m/leases")!) as never;
    const lab = new CollectionLab(1, [1], { leases });
    lab.now = before.now;
    lab.put("x");
    lab.delete("x");
    lab.pass(LEASE_MS - ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.pass(2 * ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("is not collected on a report from before it: the newest replaces the older (C9)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.put("x");
    const early = lab.state.context.digest;
    lab.delete("x");
    lab.hear(b, early);
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.hear(b);
    lab.hear(b, early);
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.hear(b);
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("is collected on a report that this replica catches up with only later (C9)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.put("x");
    lab.delete("x");
    const next = { origin: originOf(16), seq: 3 };
    lab.hear(b, lab.state.context.with([next]).digest);
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.put("y");
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("stays while this replica has not seen all that its context names (C9)", () => {
    const lab = new CollectionLab(1, [1]);
    const seen = new Map([[originOf(32), 2]]);
    lab.receive(versionOf({ dot: dotOf(48, 1), tombstone: true, context: seen, vector: new Float32Array() }));
    lab.receive(versionOf({ dot: dotOf(32, 2), id: "other" }));
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.receive(versionOf({ dot: dotOf(32, 1) }));
    expect(lab.state.siblings("x")).toHaveLength(1);
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("beside a live sibling goes alone, and changes nothing that is shown (C6, C9)", () => {
    const lab = new CollectionLab(1, [1]);
    lab.put("x");
    const concurrent = versionOf({ dot: dotOf(32, 1) });
    lab.delete("x");
    lab.receive(concurrent);
    expect(lab.state.siblings("x")).toHaveLength(2);
    lab.pass(ROUND_MS);
    expect(lab.state.siblings("x").map((version) => version.dot)).toEqual([concurrent.dot]);
    expect(lab.state.visibleCount).toBe(1);
  });

  it("is kept when the store refuses to collect it, and collected once it takes it", () => {
    const lab = new CollectionLab(1, [1]);
    lab.put("x");
    lab.delete("x");
    lab.refusesCommits = true;
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    expect(lab.state.horizon.isEmpty).toBe(true);
    lab.refusesCommits = false;
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });
});

describe("collecting many tombstones", () => {
  const ids = Array.from({ length: 1000 }, (_, i) => `id${i}`);

  it("takes several transactions, and rests when all is done (P6)", () => {
    const lab = new CollectionLab(1, [1]);
    lab.put(...ids);
    lab.delete(...ids);
    const written = lab.commits;
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
    expect(lab.commits - written).toBe(5);
    expect(lab.collection.nextWake()).toBeUndefined();
  });

  it("leaves a horizon of a few intervals, within what all who count have reported (S2, C9)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.put(...ids);
    for (let i = 0; i < ids.length; i += 2) lab.delete(ids[i]!);
    const held = lab.state.context;
    lab.hear(b);
    lab.put("later");
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
    expect(lab.state.horizon.origins.get(originOf(16))).toEqual([1, 1500]);
    expect(held.coversAll(lab.state.horizon)).toBe(true);
  });
});

describe("leases", () => {
  it("are bounded: of a crowd those that reported longest ago are forgotten, and repair when they return", () => {
    const lab = new CollectionLab(1, [1]);
    for (let n = 0; n < MAX_LEASES + 10; n++) {
      lab.now++;
      const peer = lab.connect(100 + n);
      lab.hear(peer);
      lab.disconnect(peer);
    }
    const kept = decodeJsonRecord(lab.store.get("m/leases")!) as { nodeId: string }[];
    expect(kept).toHaveLength(MAX_LEASES);
    expect(kept.some(({ nodeId }) => nodeId === nodeOf(100))).toBe(false);
  });

  it("of a time to come, from before a clock was set back, last no longer than others (C9)", () => {
    const lab = new CollectionLab(1, [1], { leases: [{ nodeId: nodeOf(4), reportedAt: 10 * LEASE_MS }] });
    lab.put("x");
    lab.delete("x");
    lab.pass(LEASE_MS + ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("lapse early when the clock jumps ahead, and never let a voter's report be done without (C9)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const learner = lab.connect(4);
    lab.hear(learner);
    lab.put("x");
    lab.delete("x");
    lab.now += 10 * LEASE_MS;
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
    lab.hear(lab.connect(2));
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual([]);
  });

  it("count a voter that has become a learner (C9)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.hear(b);
    const record = recordOf([1], { epoch: 3 });
    lab.state.lineages = new Map([[record.lineage, lineageOfRecord(record)]]);
    lab.put("x");
    lab.delete("x");
    lab.pass(ROUND_MS);
    expect(lab.tombstones()).toEqual(["x"]);
  });
});

describe("reports", () => {
  it("are one for a connection while nobody holds a tombstone, and flush nothing then (D2)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    lab.connect(2);
    lab.pass(ROUND_MS);
    expect(lab.reports).toMatchObject([{ wanted: false }]);
    lab.receive(versionOf({ dot: dotOf(32, 1) }));
    const commits = lab.commits;
    lab.pass(10 * ROUND_MS);
    expect(lab.reports).toHaveLength(1);
    expect(lab.commits).toBe(commits);
  });

  it("tell only what a strict commit has left, and make one when a peer waits for it (C9, D2)", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.pass(ROUND_MS);
    lab.receive(versionOf({ dot: dotOf(32, 1) }));
    expect(lab.state.relaxedPending).toBe(true);
    lab.collection.onReport(b, { type: "report", digest: CausalContext.EMPTY.digest, wanted: true, leased: [] });
    lab.pass(ROUND_MS);
    expect(lab.state.relaxedPending).toBe(false);
    expect(lab.reports.at(-1)?.digest).toBe(lab.state.context.digest);
  });

  it("do not leave when the flush fails, and leave once it succeeds", () => {
    const lab = new CollectionLab(1, [1, 2]);
    const b = lab.connect(2);
    lab.pass(ROUND_MS);
    lab.receive(versionOf({ dot: dotOf(32, 1) }));
    lab.collection.onReport(b, { type: "report", digest: CausalContext.EMPTY.digest, wanted: true, leased: [] });
    lab.refusesCommits = true;
    lab.pass(ROUND_MS);
    expect(lab.reports).toHaveLength(1);
    lab.refusesCommits = false;
    lab.pass(ROUND_MS);
    expect(lab.reports).toHaveLength(2);
  });

  it("renew a lease once a day on a quiet connection", () => {
    const lab = new CollectionLab(1, [1, 2]);
    lab.connect(2);
    lab.pass(5.5 * 24 * 60 * 60 * 1000);
    expect(lab.reports).toHaveLength(6);
  });
});
