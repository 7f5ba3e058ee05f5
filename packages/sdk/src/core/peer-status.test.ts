import { describe, expect, it } from "vitest";
import { dropping, room } from "./room.fixture.ts";
import { Lab, put, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { dotOf } from "./causality.fixture.ts";
import { LAGGING_AFTER_MS } from "./peer-status.ts";
import { pack, MAX_PACKED_VERSIONS, packedBytes } from "./packing.ts";
import { recordOf } from "./replica-state.fixture.ts";
import { versionOf } from "./causality.fixture.ts";
import fc from "fast-check";

describe("the status of a peer", () => {
  it("goes from healthy to lagging when it stays behind, and back when it has caught up", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    const statuses = (): string[] => a.told("replica").map((notice) => notice.status);
    b.holdsCommits = true;
    a.write("x");
    lab.pass(LAGGING_AFTER_MS / 2);
    expect(statuses()).toEqual(["healthy"]);
    expect(a.replica.status.lagMs(lab.now)).toBe(LAGGING_AFTER_MS / 2);
    lab.pass(LAGGING_AFTER_MS);
    expect(statuses()).toEqual(["healthy", "lagging"]);
    expect(a.replica.status.lagMs(lab.now)).toBe(1.5 * LAGGING_AFTER_MS);
    b.holdsCommits = false;
    lab.pass(SYNC_INTERVAL_MS);
    expect(statuses()).toEqual(["healthy", "lagging", "healthy"]);
    expect(a.replica.status.lagMs(lab.now)).toBe(0);
  });

  it("is recovering while a long session brings what it lacks, and costs no wake after wake", () => {
    const lab = new Lab();
    const replicaSet = recordOf([1], { replicationFactor: 1, formed: true });
    const [a, b] = [1, 2].map((n) => lab.site(n, { image: { replicaSet }, config: { batchSize: 1 } })) as [Site, Site];
    a.write(Array.from({ length: 20 }, (_, i) => put(`e${i}`)));
    lab.settle();
    b.holdsCommits = true;
    lab.connect(a, b);
    // The lab would throw if a replica woke without end.
    lab.pass(2 * LAGGING_AFTER_MS);
    expect(a.told("replica").at(-1)).toMatchObject({ status: "recovering" });
    b.holdsCommits = false;
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.told("replica").at(-1)).toMatchObject({ status: "healthy" });
  });

  it("is offline when its connection is gone; voters stay listed, learners do not", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, b, learner] = sites as [Site, Site, Site];
    lab.cut(a, b);
    lab.cut(a, learner);
    const offline = a.told("replica").filter((notice) => notice.status === "offline");
    expect(offline.map((notice) => notice.nodeId)).toEqual([b.nodeId, learner.nodeId]);
    expect(a.replica.status.replicas(lab.now).map(({ id, role, status }) => [id, role, status])).toEqual([
      [a.nodeId, "voter", "healthy"],
      [b.nodeId, "voter", "offline"],
    ]);
    expect(a.replica.status.lagMs(lab.now)).toBe(0);
  });

  it("counts the lag of voters only", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, , learner] = sites as [Site, Site, Site];
    lab.drops = (_from, to, message) => to === learner && dropping("push", "digest")(to, to, message);
    learner.holdsCommits = true;
    a.write("x");
    lab.pass(LAGGING_AFTER_MS / 2);
    expect(a.replica.status.lagMs(lab.now)).toBe(0);
    expect(a.replica.status.replicas(lab.now).find((replica) => replica.id === learner.nodeId)?.lagMs).toBeGreaterThan(
      0,
    );
  });
});

describe("packing", () => {
  it("keeps every version in order, within bytes and count, and lets one that is too large go alone", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 300, max: 3000 }), (list, maxBytes) => {
        const versions = list.map((n, i) => versionOf({ dot: dotOf(1, i + 1), vector: new Float32Array(n) }));
        const packed = pack(versions, maxBytes);
        expect(packed.flat()).toEqual(versions);
        for (const message of packed) {
          const bytes = message.reduce((sum, version) => sum + packedBytes(version), 0);
          expect(message.length === 1 || bytes <= maxBytes).toBe(true);
        }
      }),
    );
    const many = Array.from({ length: 2 * MAX_PACKED_VERSIONS + 1 }, (_, i) => versionOf({ dot: dotOf(1, i + 1) }));
    expect(pack(many, Number.POSITIVE_INFINITY).map((message) => message.length)).toEqual([
      MAX_PACKED_VERSIONS,
      MAX_PACKED_VERSIONS,
      1,
    ]);
    expect(pack([], 100)).toEqual([]);
  });

  it("reckons at least what JSON and contexts take, so that a batch stays within a frame (P8)", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const version = versionOf({ dot: dotOf(1, 1), metadata: { value } as never });
        expect(packedBytes(version)).toBeGreaterThanOrEqual(new TextEncoder().encode(JSON.stringify({ value })).length);
      }),
    );
  });
});
