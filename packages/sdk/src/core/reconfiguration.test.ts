import { describe, expect, it } from "vitest";
import { deviceOf, nodeOf, recordOf } from "./replica-state.fixture.ts";
import { Lab, type Site, SYNC_INTERVAL_MS, TIMEOUT_MS } from "./replica-lab.fixture.ts";
import { dropping, ref, room } from "./room.fixture.ts";
import type { NodeId } from "./node-id.ts";
import type { OperationId } from "./effects.ts";
import { RETRY_AFTER_REFUSAL_MS } from "./lineage-changes.ts";

function change(site: Site, kind: "add" | "remove", nodeId: NodeId): OperationId {
  return site.ask((op, deadline) => ({ type: "reconfigure", op, change: kind, nodeId, deadline }));
}

const votersOf = (site: Site): NodeId[] => site.replica.state.replicaSet.voters.map((voter) => voter.nodeId);

describe("a founder", () => {
  it("enrols caught-up learners until the replication factor is reached (Q1, Q7a)", () => {
    const lab = new Lab();
    const founder = lab.site(1, { image: { replicaSet: recordOf([1], { generation: 1 }) } });
    founder.write("x");
    const others = [2, 3, 4].map((n) => lab.site(n));
    for (const other of others) lab.connect(founder, other);
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(votersOf(founder)).toHaveLength(3);
    for (const other of others) {
      expect(other.ids()).toEqual(["x"]);
      expect(ref(other)).toEqual(ref(founder));
      expect(votersOf(other)).toEqual(votersOf(founder));
    }
    expect(founder.replica.state.replicaSet).toMatchObject({ epoch: 3, formed: true });
  });

  it("does not enrol who lacks something", () => {
    const lab = new Lab();
    const founder = lab.site(1, { image: { replicaSet: recordOf([1], { generation: 1 }) } });
    founder.write("x");
    const learner = lab.site(2);
    lab.drops = dropping("batch", "session-end", "push");
    lab.connect(founder, learner);
    lab.pass(3 * SYNC_INTERVAL_MS);
    expect(votersOf(founder)).toEqual([founder.nodeId]);
  });

  it("enrols one store a device where the room says so (Q1)", () => {
    const lab = new Lab();
    const sites = (distinctDevices: boolean): Site[] => {
      const replicaSet = recordOf([1], { generation: 1, distinctDevices });
      const founder = lab.site(1, { image: { replicaSet } });
      const twin = lab.site(2, { image: { deviceId: deviceOf(1) } });
      lab.connect(founder, twin);
      lab.pass(SYNC_INTERVAL_MS);
      return [founder, twin];
    };
    expect(votersOf(sites(true)[0]!)).toHaveLength(1);
    expect(votersOf(sites(false)[0]!)).toHaveLength(2);
  });

  it("tells nobody of a record before it is durable here", () => {
    const lab = new Lab();
    const founder = lab.site(1, { image: { replicaSet: recordOf([1], { generation: 1 }) } });
    founder.holdsCommits = true;
    const learner = lab.site(2);
    lab.connect(founder, learner);
    lab.pass(SYNC_INTERVAL_MS);
    expect(founder.isCommitting).toBe(true);
    expect(founder.sentOf("replica-set").filter((news) => news.replicaSet.epoch > 1)).toEqual([]);
    founder.holdsCommits = false;
    lab.settle();
    expect(founder.sentOf("replica-set").at(-1)?.replicaSet.epoch).toBe(2);
  });
});

describe("adding and removing by hand (Q7a)", () => {
  it("removes a voter, which is not enrolled again until it is added", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    const removed = change(b, "remove", c.nodeId);
    lab.pass(10 * SYNC_INTERVAL_MS);
    expect(b.outcomes.get(removed)).toEqual({ kind: "done" });
    expect(votersOf(a)).toEqual([a.nodeId, b.nodeId]);
    lab.cut(a, c);
    lab.connect(a, c);
    lab.pass(10 * SYNC_INTERVAL_MS);
    expect(votersOf(a)).toEqual([a.nodeId, b.nodeId]);
    const added = change(a, "add", c.nodeId);
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.outcomes.get(added)).toEqual({ kind: "done" });
    expect(votersOf(c)).toEqual([a.nodeId, b.nodeId, c.nodeId]);
    expect(c.replica.state.replicaSet.barred).toEqual([]);
  });

  it("adds a replica only once it has caught up (Q6)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    const removed = change(a, "remove", c.nodeId);
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.outcomes.get(removed)).toEqual({ kind: "done" });
    lab.drops = dropping("push", "batch");
    a.write("x");
    lab.settle();
    const added = change(a, "add", c.nodeId);
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(a.outcomes.has(added)).toBe(false);
    expect(votersOf(a)).toEqual([a.nodeId, b.nodeId]);
    lab.drops = () => false;
    lab.cut(a, c);
    lab.connect(a, c);
    lab.pass(10 * SYNC_INTERVAL_MS);
    expect(a.failure(added)).toMatchObject({ code: "replica-not-found" });
    const again = change(a, "add", c.nodeId);
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.outcomes.get(again)).toEqual({ kind: "done" });
  });

  it("says why not: full, unknown, already there, last one", () => {
    const { lab, sites } = room([1, 2, 3], [4]);
    const [a, b, , learner] = sites as [Site, Site, Site, Site];
    const full = change(a, "add", learner.nodeId);
    const [absent, stranger] = [change(b, "add", nodeOf(77)), change(b, "remove", nodeOf(77))];
    const already = change(a, "add", b.nodeId);
    lab.settle();
    expect(a.failure(full)).toMatchObject({ code: "replica-set-full", replicationFactor: 3 });
    expect(b.failure(absent)).toMatchObject({ code: "replica-not-found", nodeId: nodeOf(77) });
    expect(b.failure(stranger)).toMatchObject({ code: "replica-not-found" });
    expect(a.outcomes.get(already)).toEqual({ kind: "done" });
    const alone = new Lab().site(1);
    expect(alone.failure(change(alone, "remove", alone.nodeId))).toMatchObject({ code: "quorum-unavailable" });
  });

  it("fails where no voter can be reached, or the one that was asked falls silent or goes away (P4)", () => {
    const { lab, sites } = room([1, 2, 3], [4]);
    const [a, , , learner] = sites as [Site, Site, Site, Site];
    lab.drops = dropping("reconfigured");
    const silent = change(learner, "remove", nodeOf(3));
    lab.pass(TIMEOUT_MS - 1);
    expect(learner.outcomes.has(silent)).toBe(false);
    lab.pass(1);
    expect(learner.failure(silent)).toMatchObject({ code: "quorum-unavailable" });
    const leaving = change(learner, "remove", nodeOf(2));
    lab.cut(a, learner);
    expect(learner.failure(leaving)).toMatchObject({ code: "quorum-unavailable" });
    expect(learner.failure(change(learner, "add", nodeOf(3)))).toMatchObject({ code: "quorum-unavailable" });
  });

  it("takes out the voter that proposes it, and goes on without it", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    const itself = change(a, "remove", a.nodeId);
    lab.settle();
    expect(a.outcomes.get(itself)).toEqual({ kind: "done" });
    const removed = change(c, "remove", c.nodeId);
    lab.settle();
    expect(c.outcomes.get(removed)).toEqual({ kind: "done" });
    expect(votersOf(b)).toEqual([b.nodeId]);
  });

  it("goes on when a store refuses a vote", () => {
    const { lab, sites } = room([1, 2, 3]);
    const a = sites[0]!;
    a.holdsCommits = true;
    const op = change(a, "remove", nodeOf(3));
    a.failCommit();
    expect(votersOf(a)).toHaveLength(3);
    a.holdsCommits = false;
    lab.settle();
    // The two others were enough.
    expect(votersOf(a)).toEqual([nodeOf(1), nodeOf(2)]);
    expect(a.outcomes.get(op)).toEqual({ kind: "done" });
  });

  it("takes an answer only from whom it asked (P8)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    lab.settle();
    lab.drops = dropping("accepted");
    const op = change(b, "remove", c.nodeId);
    b.receive(b.link(c), { type: "reconfigured", request: 1, outcome: "done" });
    expect(b.outcomes.has(op)).toBe(false);
  });
});

describe("a record from a peer", () => {
  it("that a full disk has refused is taken once there is room, though it is told only once (Q5, T7)", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, b, learner] = sites as [Site, Site, Site];
    learner.holdsCommits = true;
    const op = change(a, "remove", b.nodeId);
    lab.settle();
    expect(a.outcomes.get(op)).toEqual({ kind: "done" });
    while (learner.isCommitting) learner.failCommit();
    learner.holdsCommits = false;
    lab.settle();
    expect(votersOf(learner)).toEqual([a.nodeId, b.nodeId]);
    lab.pass(RETRY_AFTER_REFUSAL_MS);
    expect(ref(learner)).toEqual(ref(a));
    expect(votersOf(learner)).toEqual([a.nodeId]);
  });

  it("of a later epoch is taken, one of an earlier is answered with ours (Q5)", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, , learner] = sites as [Site, Site, Site];
    const earlier = { ...recordOf([1]), lineage: ref(a).lineage };
    a.receive(a.link(learner), { type: "replica-set", replicaSet: earlier, decided: undefined, isHome: true });
    expect(a.sentOf("replica-set").at(-1)?.replicaSet.epoch).toBe(2);
    const later = { ...learner.replica.state.replicaSet, epoch: 7 };
    learner.receive(learner.link(a), { type: "replica-set", replicaSet: later, decided: undefined, isHome: true });
    lab.settle();
    expect(ref(learner).epoch).toBe(7);
  });

  it.each([
    ["leaps to an epoch near 2^53", { epoch: 2 ** 53 - 1 }, "epoch"],
    ["changes the replication factor", { epoch: 9, replicationFactor: 5 }, "replicationFactor"],
    ["changes the dimensions", { epoch: 9, dimensions: 3 }, "dimensions"],
    ["has no voters", { epoch: 9, voters: [] }, "without voters"],
    [
      "has two voters on one device",
      { epoch: 9, voters: [1, 2].map((n) => ({ nodeId: nodeOf(n), deviceId: deviceOf(1), since: 1, steady: false })) },
      "one device",
    ],
  ])("that %s closes its connection, and changes nothing (P8)", (_name, fields, reason) => {
    const { sites } = room([1, 2], [4]);
    const [a, , hostile] = sites as [Site, Site, Site];
    const before = a.replica.state.replicaSet;
    a.receive(a.link(hostile), {
      type: "replica-set",
      replicaSet: { ...before, ...fields },
      decided: undefined,
      isHome: true,
    });
    expect(a.closed).toEqual([expect.stringContaining(reason)]);
    expect(a.told("error")).toMatchObject([{ error: { code: "invalid-frame", nodeId: hostile.nodeId } }]);
    expect(a.replica.state.replicaSet).toBe(before);
    expect(a.ends.size).toBe(1);
  });
});
