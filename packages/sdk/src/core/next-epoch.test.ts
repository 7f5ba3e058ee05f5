import { describe, expect, it } from "vitest";
import { deviceOf, nodeOf, recordOf } from "./replica-state.fixture.ts";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { dropping, ref } from "./room.fixture.ts";
import { nextEpochOf, type View } from "./next-epoch.ts";
import type { DeviceId } from "./node-id.ts";
import { VOTER_SWAP_MS } from "./environment.ts";

const HOUR_MS: number = 60 * 60 * 1000;
const votersOf = (site: Site) => site.replica.state.replicaSet.voters.map((voter) => voter.nodeId);

/** Voters 1 to 3 and a learner, each connected to each. */
function mesh(): { lab: Lab; sites: [Site, Site, Site, Site] } {
  const lab = new Lab();
  const replicaSet = recordOf([1, 2, 3]);
  const sites = [1, 2, 3, 4].map((n) => lab.site(n, { image: { replicaSet } }));
  for (const [i, a] of sites.entries()) for (const b of sites.slice(i + 1)) lab.connect(a, b);
  lab.pass(SYNC_INTERVAL_MS);
  return { lab, sites: sites as [Site, Site, Site, Site] };
}

function leave(lab: Lab, gone: Site, others: readonly Site[]): void {
  for (const other of others) lab.cut(gone, other);
}

describe("a change of epochs (Q6, Q7a)", () => {
  it("swaps a voter that has been out of reach for two minutes, be it the first", () => {
    const { lab, sites } = mesh();
    const [a, b, c, d] = sites;
    leave(lab, a, [b, c, d]);
    lab.pass(VOTER_SWAP_MS - 10_000);
    expect(votersOf(b)).toEqual([nodeOf(1), nodeOf(2), nodeOf(3)]);
    lab.pass(20_000);
    for (const site of [b, c, d]) expect(votersOf(site)).toEqual([nodeOf(4), nodeOf(2), nodeOf(3)]);
  });

  it("is finished by others when who proposed it is gone", () => {
    const { lab, sites } = mesh();
    const [a, b, c, d] = sites;
    lab.drops = dropping("sealed");
    a.ask((op, deadline) => ({ type: "reconfigure", op, change: "remove", nodeId: a.nodeId, deadline }));
    lab.settle();
    expect(ref(b).epoch).toBe(3);
    lab.drops = () => false;
    leave(lab, a, [b, c, d]);
    lab.pass(40_000);
    for (const site of [b, c]) expect(ref(site).epoch).toBeGreaterThan(3);
  });

  it("is brought about by survivors of a lost majority after an hour (Q7c)", () => {
    const { lab, sites } = mesh();
    const [a, b, c, d] = sites;
    leave(lab, a, [b, c, d]);
    leave(lab, b, [c, d]);
    lab.pass(HOUR_MS - 60_000);
    expect(ref(c).lineage).toBe(ref(a).lineage);
    lab.pass(10 * 60_000);
    expect(c.replica.state.replicaSet).toMatchObject({ generation: 1, formed: true });
    expect(ref(d)).toEqual(ref(c));
  });

  it("is not waited for by survivors for ever: the voter that it enrols is gone before it has begun (Q7c)", () => {
    const lab = new Lab();
    const replicaSet = recordOf([1]);
    const [a, b, c] = [1, 2, 3].map((n) => lab.site(n, { image: { replicaSet } })) as [Site, Site, Site];
    for (const [one, other] of [
      [a, b],
      [a, c],
      [b, c],
    ] as const)
      lab.connect(one, other);
    lab.drops = dropping("installed");
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.replica.state.lineages.get(replicaSet.lineage)?.decided?.voters).toHaveLength(2);
    const gone = a.replica.state.lineages.get(replicaSet.lineage)?.decided?.voters[1]?.nodeId === b.nodeId ? b : c;
    const left = gone === b ? c : b;
    leave(lab, gone, [a, left]);
    lab.drops = () => false;
    lab.pass(HOUR_MS + 10 * 60_000);
    expect(a.replica.state.replicaSet).toMatchObject({ generation: 1, formed: true });
    expect(ref(left)).toEqual(ref(a));
  });

  it("is brought about by a new voter's answer however late: it may have hours of data to fetch (Q6)", () => {
    const lab = new Lab();
    const replicaSet = recordOf([1]);
    const [a, b] = [1, 2].map((n) => lab.site(n, { image: { replicaSet } })) as [Site, Site];
    lab.connect(a, b);
    const late: (() => void)[] = [];
    lab.drops = (from, to, message) => {
      if (message.type !== "installed") return false;
      late.push(() => to.receive(to.link(from), message));
      return true;
    };
    lab.pass(10 * 60_000);
    expect(ref(a).epoch).toBe(1);
    lab.drops = () => false;
    late.at(-1)?.();
    lab.settle();
    expect(ref(a).epoch).toBe(2);
  });
});

describe("a set that is proposed (Q1)", () => {
  it("takes a voter that has forgotten in again, but not beside another one of the device that it is on now", () => {
    const record = recordOf([1, 2, 3], { distinctDevices: true });
    const candidates = [2, 1, 4].map((n) => ({ nodeId: nodeOf(n), deviceId: deviceOf(n), steady: false }));
    const view = (restored: DeviceId): View => ({
      candidates: [...candidates, { nodeId: nodeOf(3), deviceId: restored, steady: false }],
      reaches: () => true,
      trusts: (nodeId) => nodeId !== nodeOf(3),
      isLost: () => false,
      toRemove: new Set(),
      toAdd: new Set(),
    });
    const next = (restored: DeviceId) => nextEpochOf(record, view(restored))?.voters.map((voter) => voter.nodeId);
    expect(next(deviceOf(3))).toEqual([nodeOf(1), nodeOf(2), nodeOf(3)]);
    expect(next(deviceOf(1))).toEqual([nodeOf(1), nodeOf(2), nodeOf(4)]);
  });
});

describe("a steady voter (Q7a)", () => {
  const steady = { config: { steadyVoter: true } };

  /** Voters 1 to 3 of a set of three, of which the first is steady where it says so, and a fourth replica. */
  function room(isSteady: (n: number) => boolean): { lab: Lab; sites: [Site, Site, Site, Site] } {
    const lab = new Lab();
    const plain = recordOf([1, 2, 3]);
    const replicaSet = {
      ...plain,
      voters: plain.voters.map((voter, i) => ({ ...voter, steady: i < 3 && isSteady(i + 1) })),
    };
    const sites = [1, 2, 3, 4].map((n) => lab.site(n, { image: { replicaSet }, ...(isSteady(n) && steady) }));
    for (const [i, a] of sites.entries()) for (const b of sites.slice(i + 1)) lab.connect(a, b);
    lab.pass(SYNC_INTERVAL_MS);
    return { lab, sites: sites as [Site, Site, Site, Site] };
  }

  it("takes the place of one that is not, at once", () => {
    const { sites } = room((n) => n === 4);
    for (const site of sites) {
      expect(votersOf(site)).toContain(nodeOf(4));
      expect(votersOf(site)).toHaveLength(3);
      expect(site.replica.state.replicaSet.voters.filter((voter) => voter.steady)).toHaveLength(1);
    }
  });

  it("takes no steady one's place, and none where it is barred", () => {
    const { sites } = room(() => true);
    for (const site of sites) expect(votersOf(site)).toEqual([nodeOf(1), nodeOf(2), nodeOf(3)]);
  });

  it("is not swapped while it is away, and the others are", () => {
    const { lab, sites } = room((n) => n === 1);
    const [a, b, c, d] = sites;
    leave(lab, a, [b, c, d]);
    lab.pass(10 * VOTER_SWAP_MS);
    for (const site of [b, c, d]) expect(votersOf(site)).toEqual([nodeOf(1), nodeOf(2), nodeOf(3)]);
    lab.connect(a, b);
    lab.connect(a, d);
    lab.cut(c, b);
    lab.cut(c, d);
    lab.pass(2 * VOTER_SWAP_MS);
    for (const site of [a, b, d]) expect(new Set(votersOf(site))).toEqual(new Set([nodeOf(1), nodeOf(2), nodeOf(4)]));
  });

  it("is enrolled before others that could be", () => {
    const candidates = [2, 3].map((n) => ({ nodeId: nodeOf(n), deviceId: deviceOf(n), steady: n === 3 }));
    const view: View = {
      candidates: [{ nodeId: nodeOf(1), deviceId: deviceOf(1), steady: false }, ...candidates],
      reaches: () => true,
      trusts: () => true,
      isLost: () => false,
      toRemove: new Set(),
      toAdd: new Set(),
    };
    const next = nextEpochOf(recordOf([1], { replicationFactor: 2 }), view);
    expect(next?.voters.map((voter) => [voter.nodeId, voter.steady])).toEqual([
      [nodeOf(1), false],
      [nodeOf(3), true],
    ]);
    const barred = recordOf([1, 2], { replicationFactor: 2, barred: [nodeOf(3)] });
    expect(nextEpochOf(barred, view)).toBeUndefined();
    // Of those that are not steady, one that is lost goes first.
    const lost = nextEpochOf(recordOf([1, 2], { replicationFactor: 2 }), { ...view, isLost: (id) => id === nodeOf(1) });
    expect(lost?.voters.map((voter) => voter.nodeId)).toEqual([nodeOf(3), nodeOf(2)]);
  });

  it("that has become one, or is none any more, is recorded as what it is", () => {
    const lab = new Lab();
    const image = { replicaSet: recordOf([1, 2]) };
    const sites = [lab.site(1, { image }), lab.site(2, { image, ...steady })] as const;
    lab.connect(...sites);
    lab.pass(SYNC_INTERVAL_MS);
    for (const site of sites)
      expect(site.replica.state.replicaSet.voters.map((voter) => voter.steady)).toEqual([false, true]);
  });
});
