import { describe, expect, it } from "vitest";
import type { Ballot } from "./ballot.ts";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import type { Message } from "./messages.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import { originOf } from "./causality.fixture.ts";
import { type ReplicaSetRecord, withoutVoter } from "./replica-set.ts";

const ballot = (counter: number): Ballot => ({ counter, proposer: originOf(0xb0) });
const active = recordOf([1, 2, 3]);
const next = withoutVoter(active, nodeOf(3));

/** A voter that commits when the test says so, and two others, of which the first asks it. */
function room(): { lab: Lab; asker: Site; voter: Site; third: Site } {
  const lab = new Lab();
  const sites = [1, 2, 3].map((n) => lab.site(n, { image: { replicaSet: active } }));
  const [asker, voter, third] = sites as [Site, Site, Site];
  lab.connect(asker, voter);
  lab.connect(asker, third);
  lab.connect(voter, third);
  lab.pass(SYNC_INTERVAL_MS);
  voter.holdsCommits = true;
  return { lab, asker, voter, third };
}

const prepare = (counter: number): Message => ({ type: "prepare", ...refOf(active), ballot: ballot(counter) });
const accept = (counter: number): Message => ({ type: "accept", ballot: ballot(counter), replicaSet: next });
const seal: Message = { type: "seal", replicaSet: active, decided: next };

function refOf({ lineage, epoch }: ReplicaSetRecord): { lineage: typeof lineage; epoch: number } {
  return { lineage, epoch };
}

/** The voter is asked, has its answer on the disk, and dies before it can give it. */
function diesBeforeAnswering({ lab, asker, voter }: ReturnType<typeof room>, question: Message): Site {
  voter.receive(voter.link(asker), question);
  expect(voter.isCommitting).toBe(true);
  voter.persist();
  const again = lab.restart(voter);
  lab.connect(asker, again);
  lab.settle();
  return again;
}

describe("a voter's word on the next epoch (Q6)", () => {
  it.each([
    ["promise", prepare(5)],
    ["accepted", accept(5)],
    ["sealed", seal],
  ] as const)("leaves as %s after the commit, and not before", (type, question) => {
    const { lab, asker, voter } = room();
    voter.receive(voter.link(asker), question);
    lab.settle();
    expect(voter.sentOf(type)).toEqual([]);
    voter.holdsCommits = false;
    lab.settle();
    expect(voter.sentOf(type).length).toBeGreaterThan(0);
  });

  it("is not given where the commit fails", () => {
    const { lab, asker, voter } = room();
    voter.receive(voter.link(asker), prepare(5));
    voter.failCommit();
    voter.holdsCommits = false;
    lab.settle();
    expect(voter.sentOf("promise")).toEqual([]);
    voter.receive(voter.link(asker), prepare(4));
    lab.settle();
    expect(voter.sentOf("promise")).toMatchObject([{ ballot: ballot(4) }]);
  });

  it("stands as a promise though it died before it gave it", () => {
    const all = room();
    const again = diesBeforeAnswering(all, prepare(5));
    for (const late of [prepare(4), accept(4)]) again.receive(again.link(all.asker), late);
    all.lab.settle();
    expect(again.sentOf("ballot-refused").map(({ promised }) => promised)).toEqual([ballot(5), ballot(5)]);
    expect(again.sentOf("promise")).toEqual([]);
    expect(again.sentOf("accepted")).toEqual([]);
  });

  it("stands as a vote though it died before it gave it: who asks next hears of it", () => {
    const all = room();
    const again = diesBeforeAnswering(all, accept(5));
    for (const late of [prepare(4), prepare(6)]) again.receive(again.link(all.asker), late);
    all.lab.settle();
    expect(again.sentOf("ballot-refused")).toMatchObject([{ ballot: ballot(4), promised: ballot(5) }]);
    expect(again.sentOf("promise")).toMatchObject([{ accepted: { ballot: ballot(5), replicaSet: next } }]);
  });

  it("decides though two of three have died: what a majority has voted for is proposed by whoever comes next", () => {
    const { lab, asker, voter, third } = room();
    // The first two have voted for a set without the third. Nobody has heard of it: one is gone, one died before its answer.
    lab.cut(voter, third);
    asker.receive(asker.link(voter), accept(5));
    voter.receive(voter.link(asker), accept(5));
    voter.persist();
    const again = lab.restart(voter);
    const first = lab.restart(asker);
    lab.connect(again, third);
    lab.settle();
    // The third would remove the first.
    const op = third.ask((op, deadline) => ({
      type: "reconfigure",
      op,
      change: "remove",
      nodeId: nodeOf(1),
      deadline,
    }));
    lab.pass(10_000);
    const state = (site: Site) => site.replica.state.lineages.get(active.lineage);
    expect(state(third)?.decided).toEqual(next);
    // P4: its own wish has come to nothing, and it is told so.
    expect(third.failure(op)).toMatchObject({ code: "quorum-unavailable" });
    lab.connect(first, again);
    lab.pass(10_000);
    for (const site of [first, again, third]) expect(state(site)).toMatchObject({ active: next, decided: undefined });
  });

  it("stands as a seal though it died before it gave it: no write is acknowledged in the old epoch again (Q5)", () => {
    const all = room();
    const { lab, asker } = all;
    lab.drops = (_from, _to, message) => ["installed", "replica-set"].includes(message.type);
    const again = diesBeforeAnswering(all, seal);
    expect(again.sentOf("sealed")).toEqual([]);
    const dots = again.replica.state.context;
    again.receive(again.link(asker), { type: "ack-request", request: 7, ...refOf(active), dots });
    lab.settle();
    expect(again.sentOf("ack")).toEqual([]);
    expect(again.sentOf("nack")).toHaveLength(1);
  });
});
