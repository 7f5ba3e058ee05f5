import { afterEach, describe, expect, it, vi } from "vitest";
import { Lab, put, type Site } from "./replica-lab.fixture.ts";
import { Draft } from "./draft.ts";
import { ItemList } from "./item-list.ts";
import { MAX_CLAIMED_PER_STEP } from "./held-claim.ts";
import { MAX_DROPS_PER_STEP } from "./repair-session.ts";
import { MAX_GROUP_VERSIONS } from "./commit-queue.ts";
import { MAX_LOOKS_PER_STEP } from "./batch-sender.ts";
import { recordOf } from "./replica-state.fixture.ts";
import { versionKey } from "./store-layout.ts";

const HELD: number = 2 * MAX_LOOKS_PER_STEP + 1;

/** The most calls in any one input that the site handles from now on. */
function mostPerInput(site: Site, calls: { readonly mock: { readonly calls: readonly unknown[] } }): () => number {
  let most = 0;
  const handle = site.handle.bind(site);
  site.handle = (input) => {
    const before = calls.mock.calls.length;
    handle(input);
    most = Math.max(most, calls.mock.calls.length - before);
  };
  return () => most;
}

/** `a` holds much, `b` nothing, and neither has anything to decide. */
function filledAndEmpty(): { lab: Lab; a: Site; b: Site } {
  const lab = new Lab();
  const image = { replicaSet: recordOf([1], { replicationFactor: 1, formed: true }) };
  const [a, b] = [lab.site(1, { image }), lab.site(2, { image })];
  a.write(Array.from({ length: HELD }, (_, i) => put(`e${i}`)));
  lab.settle();
  return { lab, a, b };
}

afterEach(() => void vi.restoreAllMocks());

describe("P6: no task goes through a store", () => {
  it("a session looks for what is lacked batch by batch", () => {
    const { lab, a, b } = filledAndEmpty();
    const most = mostPerInput(a, vi.spyOn(ItemList.prototype, "at"));
    lab.connect(a, b);
    lab.pass(2000);
    expect(b.replica.state.versionCount).toBe(HELD);
    expect(most()).toBeGreaterThan(0);
    expect(most()).toBeLessThanOrEqual(MAX_LOOKS_PER_STEP);
  });

  it("a repair snapshots, compares and sends a store without going through it", () => {
    const { lab, a, b } = filledAndEmpty();
    lab.drops = (_, __, { type }) => type === "pull" || type === "digest";
    const most = mostPerInput(a, vi.spyOn(ItemList.prototype, "at"));
    lab.connect(a, b);
    for (let left = 6; left > 0; left--) for (const site of [a, b]) site.step();
    a.ask((op, deadline) => ({ type: "force-sync", op, nodeId: b.nodeId, deadline }));
    lab.pass(2000);
    expect(b.replica.state.versionCount).toBe(HELD);
    expect(b.sentOf("repair-done")).toMatchObject([{ joined: true, gained: HELD }]);
    expect(most()).toBeGreaterThan(0);
    expect(most()).toBeLessThanOrEqual(MAX_LOOKS_PER_STEP);
  });

  it("a repair that drops a store does so in one transaction, put together in steps (S8)", () => {
    const { lab, a, b } = filledAndEmpty();
    lab.connect(a, b);
    lab.pass(2000);
    lab.cut(a, b);
    const { state } = b.replica;
    state.horizon = state.context;
    for (const [id] of state.all()) state.setSiblings(id, []);
    lab.drops = (_, __, { type }) => type === "pull" || type === "digest";
    const drops = mostPerInput(a, vi.spyOn(Draft.prototype, "forget"));
    const before = a.commits;
    lab.connect(a, b);
    for (let left = 6; left > 0; left--) for (const site of [a, b]) site.step();
    a.ask((op, deadline) => ({ type: "force-sync", op, nodeId: b.nodeId, deadline }));
    lab.pass(2000);
    expect(a.sentOf("repair-done").at(-1)).toMatchObject({ joined: true, dropped: HELD });
    expect(a.ids()).toEqual([]);
    expect(a.commits).toBe(before + 1);
    expect(drops()).toBeGreaterThan(0);
    expect(drops()).toBeLessThanOrEqual(MAX_DROPS_PER_STEP);
  });

  it("a store that has lost a record goes through what is left in steps (S1)", () => {
    const { lab, a } = filledAndEmpty();
    const { state } = a.replica;
    const { dot } = state.siblings("e0")[0]!;
    a.store.delete(versionKey(dot));
    const most = mostPerInput(a, vi.spyOn(ItemList.prototype, "at"));
    const before = a.commits;
    a.handle({ type: "damaged", op: undefined, dots: [dot] });
    lab.settle();
    expect([state.context.covers(dot), state.versionCount]).toEqual([false, HELD - 1]);
    expect(state.held.slice(0, HELD - 1).every((version) => state.context.covers(version.dot))).toBe(true);
    expect(a.commits).toBe(before + 1);
    expect(most()).toBeGreaterThan(0);
    // The damage is looked for, too.
    expect(most()).toBeLessThanOrEqual(MAX_CLAIMED_PER_STEP + 2);
  });

  it("a large local batch is one transaction with one outcome, put together in steps (D2)", () => {
    const lab = new Lab();
    const a = lab.site(1);
    const writes = mostPerInput(a, vi.spyOn(Draft.prototype, "write"));
    const op = a.write(Array.from({ length: HELD }, (_, i) => put(`e${i}`)));
    const behind = a.write("behind");
    lab.settle();
    expect(a.outcomes.get(op)).toMatchObject({ kind: "receipt", receipt: { acks: [a.nodeId] } });
    expect(a.outcomes.get(behind)?.kind).toBe("receipt");
    expect(a.commits).toBe(2);
    expect(writes()).toBe(MAX_GROUP_VERSIONS);
    expect(a.replica.state.siblings("behind")[0]!.dot.seq).toBe(HELD + 1);
  });

  it("a large local batch that cannot be stored leaves nothing, whatever steps it took", () => {
    const lab = new Lab();
    const a = lab.site(1);
    a.holdsCommits = true;
    const op = a.write(Array.from({ length: HELD }, (_, i) => put(`e${i}`)));
    lab.settle();
    a.failCommit();
    expect(a.failure(op).message).toBe("disk full");
    expect([a.ids(), a.store.size, a.replica.isSettled]).toEqual([[], 0, true]);
  });
});
