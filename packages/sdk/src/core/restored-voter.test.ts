import { describe, expect, it } from "vitest";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import type { Dot } from "./dot.ts";
import { dropping, ref, room } from "./room.fixture.ts";

/** The only voter of a room in which one is enough, and a learner. Between a backup of the voter and its loss, "late" was acknowledged. */
function soleVoter(): { lab: Lab; learner: Site; restore: () => Site } {
  const lab = new Lab();
  const replicaSet = recordOf([1], { replicationFactor: 1, formed: true });
  const [voter, learner] = [1, 2].map((n) => lab.site(n, { image: { replicaSet } })) as [Site, Site];
  lab.connect(voter, learner);
  voter.write("early");
  lab.pass(SYNC_INTERVAL_MS);
  const backup = new Map(voter.store);
  const op = learner.write("late", "quorum");
  lab.pass(SYNC_INTERVAL_MS);
  expect(learner.outcomes.get(op)).toMatchObject({ receipt: { acks: [voter.nodeId] } });
  return { lab, learner, restore: () => lab.restart(voter, backup) };
}

const isTrusted = (site: Site): boolean => site.replica.state.replicaSet.voters[0]!.since > 1;

const UNAVAILABLE: unknown = {
  kind: "failed",
  error: expect.objectContaining({
    code: "quorum-unavailable",
    required: 1,
    alive: 0,
    message: expect.stringContaining("1 came back with an older or damaged store, and will count once enrolled anew"),
  }),
};

describe("a sole voter that comes back from a backup (Q3, C2)", () => {
  it("does not count until it has enrolled itself anew, and everybody is told at once what is so", () => {
    const { lab, learner, restore } = soleVoter();
    const voter = restore();
    expect(voter.ids()).toEqual(["early"]);
    lab.connect(voter, learner);
    // The vote about itself cannot be stored for now.
    voter.holdsCommits = true;
    lab.settle();
    const [write, read, own] = [learner.write("meanwhile", "quorum"), learner.read("late"), voter.read("late")];
    lab.settle();
    expect([learner.outcomes.get(write), learner.outcomes.get(read), voter.outcomes.get(own)]).toEqual([
      UNAVAILABLE,
      UNAVAILABLE,
      UNAVAILABLE,
    ]);
    for (const site of [learner, voter]) {
      expect(isTrusted(site)).toBe(false);
      expect(site.told("quorum").at(-1)).toEqual({ type: "quorum", available: false });
    }
    voter.holdsCommits = false;
    lab.pass(2 * SYNC_INTERVAL_MS);
    const { dots } = learner.failure(write) as unknown as { dots: readonly Dot[] };
    const confirmed = learner.ask((op, deadline) => ({ type: "confirm", op, dots, level: "quorum", deadline }));
    lab.settle();
    for (const site of [learner, voter]) {
      expect(site.replica.state.replicaSet).toMatchObject({ epoch: 2, voters: [{ nodeId: nodeOf(1), since: 2 }] });
      expect(site.told("quorum").at(-1)).toEqual({ type: "quorum", available: true });
    }
    expect(learner.outcomes.get(confirmed)).toMatchObject({ receipt: { acks: [voter.nodeId], epoch: 2 } });
  });

  it("counts again only once it holds what the others have", () => {
    const { lab, learner, restore } = soleVoter();
    const voter = restore();
    lab.drops = dropping("batch", "session-end", "push");
    lab.connect(voter, learner);
    lab.pass(SYNC_INTERVAL_MS);
    expect(isTrusted(voter)).toBe(false);
    lab.drops = () => false;
    lab.cut(voter, learner);
    lab.connect(voter, learner);
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(isTrusted(voter)).toBe(true);
    expect(voter.ids()).toEqual(["early", "late"]);
  });

  it("does not wait for ever for who has seen it: alone, it goes on, also after another reload", () => {
    const { lab, learner, restore } = soleVoter();
    let voter = restore();
    voter.holdsCommits = true;
    lab.connect(voter, learner);
    lab.settle();
    lab.restart(learner);
    voter.commit();
    voter = lab.restart(voter);
    const op = voter.write("alone", "quorum");
    lab.pass(SYNC_INTERVAL_MS);
    // It has found out by itself, and says so; by now it has enrolled itself.
    expect(voter.outcomes.get(op)).toEqual(UNAVAILABLE);
    const { dots } = voter.failure(op) as unknown as { dots: readonly Dot[] };
    const confirmed = voter.ask((op, deadline) => ({ type: "confirm", op, dots, level: "quorum", deadline }));
    lab.settle();
    expect(voter.outcomes.get(confirmed)).toMatchObject({ receipt: { acks: [voter.nodeId], epoch: 2 } });
  });

  it("acknowledges nothing that it had promised before, in the epoch that it has forgotten", () => {
    const { lab, learner, restore } = soleVoter();
    const voter = restore();
    const before = ref(voter);
    lab.connect(voter, learner);
    lab.pass(2 * SYNC_INTERVAL_MS);
    const dots = learner.replica.state.context;
    voter.receive(voter.link(learner), { type: "ack-request", request: 99, ...before, dots });
    lab.settle();
    expect(voter.sentOf("ack").filter(({ epoch }) => epoch === before.epoch)).toEqual([]);
    expect(voter.sentOf("nack").at(-1)?.replicaSet.epoch).toBe(before.epoch + 1);
  });
});

describe("a voter of several that comes back from a backup (Q3)", () => {
  it("is known for it by one that has been restarted since it saw more of it", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    lab.settle();
    const backup = new Map(a.store);
    for (const id of ["one", "two", "three"]) {
      b.write(id, "all");
      lab.settle();
    }
    const [restored, restarted] = [lab.restart(a, backup), lab.restart(b, b.store)];
    lab.connect(restored, restarted);
    lab.settle();
    expect(restarted.sentOf("distrust").map(({ nodeId }) => nodeId)).toContain(a.nodeId);
  });
});
