import { describe, expect, it } from "vitest";
import { dropping, ref, room } from "./room.fixture.ts";
import { Lab, put, type Site, SYNC_INTERVAL_MS, TIMEOUT_MS } from "./replica-lab.fixture.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import { dotOf } from "./causality.fixture.ts";

describe("a write", () => {
  it("at one is done with this store's commit, and not before (S7, P1)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const a = sites[0]!;
    a.holdsCommits = true;
    const op = a.write("x", "one");
    lab.settle();
    expect(a.outcomes.has(op)).toBe(false);
    expect(a.sentOf("push")).toEqual([]);
    a.commit();
    expect(a.outcomes.get(op)).toMatchObject({ kind: "receipt", receipt: { acks: [a.nodeId], required: 1 } });
    expect(a.sentOf("push")).toHaveLength(2);
  });

  it("at quorum waits for a data quorum's strict commits, at all for every voter's (Q2, Q4)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    b.holdsCommits = c.holdsCommits = true;
    const quorum = a.write("x", "quorum");
    const all = a.write("y", "all");
    lab.settle();
    expect(a.outcomes.size).toBe(0);
    b.holdsCommits = false;
    lab.settle();
    expect(a.outcomes.get(quorum)).toMatchObject({ receipt: { acks: [a.nodeId, b.nodeId], required: 2, epoch: 3 } });
    expect(a.outcomes.has(all)).toBe(false);
    c.holdsCommits = false;
    lab.settle();
    expect(a.outcomes.get(all)).toMatchObject({ receipt: { required: 3 } });
  });

  it("asks for floor(RF / 2) + 1 voters, never clamped to who is enrolled (Q2)", () => {
    const { lab, sites } = room([1, 2], [], { replicationFactor: 5 });
    const op = sites[0]!.write("x", "quorum");
    lab.settle();
    expect(sites[0]!.failure(op)).toMatchObject({
      code: "quorum-unavailable",
      required: 3,
      alive: 2,
      outcome: "unknown",
    });
  });

  it("fails at once with too few voters, stays in the store and spreads later (Q2, P4)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.cut(a, b);
    lab.cut(a, c);
    const op = a.write("x", "quorum");
    lab.settle();
    expect(a.failure(op)).toMatchObject({ code: "quorum-unavailable", required: 2, alive: 1, dots: [dotOf(16, 1)] });
    lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    expect(b.ids()).toEqual(["x"]);
  });

  it("fails as soon as the voters that it still needs are gone (Q2)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    b.holdsCommits = true;
    const op = a.write("x", "quorum");
    lab.settle();
    expect(a.outcomes.has(op)).toBe(false);
    lab.cut(a, b);
    expect(a.failure(op)).toMatchObject({ code: "quorum-unavailable", alive: 1 });
  });

  it("does not count learners (Q3)", () => {
    const { lab, sites } = room([1], [4, 5], { formed: true });
    const op = sites[0]!.write("x", "quorum");
    lab.settle();
    expect(sites[0]!.failure(op)).toMatchObject({ code: "quorum-unavailable", alive: 1 });
    expect(sites[1]!.ids()).toEqual(["x"]);
    expect(sites[1]!.sentOf("ack")).toEqual([]);
    sites[0]!.receive(sites[0]!.link(sites[1]!), { type: "ack", request: 1, ...ref(sites[0]!), counter: 9 });
  });

  it("of a learner is counted by the voters, not by its own store", () => {
    const { lab, sites } = room([1, 2], [4]);
    const [a, b, learner] = sites as [Site, Site, Site];
    lab.connect(b, learner);
    lab.pass(SYNC_INTERVAL_MS);
    const op = learner.write("x", "quorum");
    lab.settle();
    expect(learner.outcomes.get(op)).toMatchObject({ receipt: { acks: [a.nodeId, b.nodeId] } });
  });

  it("that times out tells its dots, who acknowledged and that the outcome is unknown; confirm waits again (Q8)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b] = sites as [Site, Site];
    lab.drops = dropping("ack");
    const op = a.write("x", "quorum");
    lab.pass(TIMEOUT_MS - 1);
    expect(a.outcomes.has(op)).toBe(false);
    lab.pass(1);
    const error = a.failure(op);
    expect(error).toMatchObject({ code: "quorum-timeout", required: 2, acks: [a.nodeId], outcome: "unknown" });
    lab.drops = () => false;
    const versions = (): string[] => [...a.store.keys()].filter((key) => key.startsWith("v/"));
    const written = versions();
    const dots = error["dots"] as [{ origin: never; seq: number }];
    const again = a.ask((op, deadline) => ({ type: "confirm", op, dots, level: "quorum", deadline }));
    lab.settle();
    expect(a.outcomes.get(again)).toMatchObject({ kind: "receipt", receipt: { dots, required: 2 } });
    expect(a.outcomes.get(again)).toMatchObject({ receipt: { acks: expect.arrayContaining([b.nodeId]) } });
    expect(versions()).toEqual(written);
  });

  it("confirms at one exactly what this store holds (Q8)", () => {
    const { lab, sites } = room([1, 2]);
    const a = sites[0]!;
    a.write("x");
    lab.settle();
    const confirm = (seq: number) =>
      a.ask((op, deadline) => ({ type: "confirm", op, dots: [dotOf(16, seq)], level: "one", deadline }));
    expect(a.outcomes.get(confirm(1))).toMatchObject({ kind: "receipt" });
    expect(a.failure(confirm(2))).toMatchObject({ code: "quorum-timeout", acks: [] });
  });

  it("counts anew in the epoch that follows, and never acks of two epochs together (Q5)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    b.holdsCommits = c.holdsCommits = true;
    const op = a.write("x", "all");
    lab.settle();
    b.holdsCommits = false;
    lab.settle();
    const removed = a.ask((op, deadline) => ({
      type: "reconfigure",
      op,
      change: "remove",
      nodeId: c.nodeId,
      deadline,
    }));
    lab.settle();
    expect(a.outcomes.get(removed)).toEqual({ kind: "done" });
    // Two voters are left of the three that `all` needs.
    expect(a.failure(op)).toMatchObject({ code: "quorum-unavailable", required: 3, alive: 2 });
    const next = a.write("y", "quorum");
    lab.settle();
    expect(a.outcomes.get(next)).toMatchObject({ receipt: { epoch: 4, acks: [a.nodeId, b.nodeId] } });
  });

  it("ignores an ack of another epoch or lineage, and one that no voter sent (Q5)", () => {
    const { lab, sites } = room([1, 2], [4], { formed: true });
    const [a, b, learner] = sites as [Site, Site, Site];
    lab.drops = dropping("push", "ack-request");
    const op = a.write("x", "quorum");
    lab.settle();
    const ack = { type: "ack", request: 1, ...ref(a), counter: 50 } as const;
    a.receive(a.link(learner), ack);
    a.receive(a.link(b), { ...ack, epoch: ack.epoch - 1 });
    a.receive(a.link(b), { ...ack, lineage: b.nodeId as never });
    a.receive(a.link(b), { ...ack, request: 77 });
    expect(a.outcomes.has(op)).toBe(false);
    a.receive(a.link(b), ack);
    expect(a.outcomes.get(op)).toMatchObject({ kind: "receipt" });
  });

  it("given up by its caller is settled by nobody else", () => {
    const { lab, sites } = room([1, 2]);
    const a = sites[0]!;
    lab.drops = dropping("ack");
    const op = a.write("x", "quorum");
    lab.settle();
    a.handle({ type: "abandon", op });
    lab.pass(2 * TIMEOUT_MS);
    expect(a.outcomes.has(op)).toBe(false);
  });
});

describe("a voter whose counter goes backwards (Q3)", () => {
  it("counts no more until a later epoch enrols it anew", () => {
    const lab = new Lab();
    const replicaSet = recordOf([1, 2]);
    const a = lab.site(1, {
      image: { replicaSet },
      seen: [{ nodeId: nodeOf(2), counter: 900, regressedIn: [] }],
    });
    const b = lab.site(2, { image: { replicaSet, counter: 40 } });
    lab.connect(a, b);
    lab.settle();
    lab.pass(2 * SYNC_INTERVAL_MS);
    const records = a.told("replicaSet").map(({ record }) => [record.epoch, record.voters.map((voter) => voter.since)]);
    expect(records).toEqual([[3, [1, 3]]]);
    const op = a.write("x", "quorum");
    lab.settle();
    expect(a.outcomes.get(op)).toMatchObject({ receipt: { epoch: 3, acks: [a.nodeId, b.nodeId] } });
  });

  it("is found out by an ack, too, which does not count; who waited for it is told at once", () => {
    const { lab, sites } = room([2, 1, 3]);
    // The second is no decider: it only distrusts.
    const [decider, a, third] = sites as [Site, Site, Site];
    lab.cut(decider, third);
    lab.pass(SYNC_INTERVAL_MS);
    lab.drops = dropping("push", "ack-request", "read-request");
    const op = a.write("x", "quorum");
    lab.settle();
    const read = a.read("x");
    expect(a.outcomes.has(op)).toBe(false);
    a.receive(a.link(decider), { type: "ack", request: 1, ...ref(a), counter: 0 });
    for (const waiting of [op, read])
      expect(a.failure(waiting)).toMatchObject({ code: "quorum-unavailable", required: 2, alive: 1 });
    expect(a.told("quorum").at(-1)).toEqual({ type: "quorum", available: false });
  });
});

describe("availability of a quorum", () => {
  it("is told when it changes, and only then", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.cut(a, b);
    lab.cut(a, c);
    lab.connect(a, b);
    lab.settle();
    expect(a.told("quorum").map((notice) => notice.available)).toEqual([true, false, true]);
  });
});

describe("several writes in one commit", () => {
  it("are asked about once and answered each by its own level (Q4)", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    c.holdsCommits = true;
    a.holdsCommits = true;
    const first = a.write("w", "one");
    const [one, quorum, all] = [a.write("x", "one"), a.write([put("y")], "quorum"), a.write("z", "all")];
    a.commit();
    a.holdsCommits = false;
    lab.settle();
    expect([first, one, quorum].map((op) => a.outcomes.get(op)?.kind)).toEqual(["receipt", "receipt", "receipt"]);
    expect(a.outcomes.has(all)).toBe(false);
    expect(b.sentOf("ack")).toHaveLength(1);
    c.holdsCommits = false;
    lab.settle();
    expect(a.outcomes.get(all)).toMatchObject({ receipt: { dots: [dotOf(16, 4)] } });
  });
});
