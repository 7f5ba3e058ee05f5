import { describe, expect, it } from "vitest";
import { CausalContext } from "./causal-context.ts";
import { CollectionLab } from "./collection-lab.fixture.ts";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import type { Dot } from "./dot.ts";
import { nodeOf } from "./replica-state.fixture.ts";
import { REPORT_INTERVAL_MS } from "./durable-reports.ts";

const CUT: Dot = dotOf(16, 1);

/** A replica that has written the cut. */
function labWithCut(voters: readonly number[], isPartial = false): CollectionLab {
  const lab = new CollectionLab(1, voters, {}, isPartial);
  lab.put("x");
  return lab;
}

const isEverywhere = (lab: CollectionLab): boolean =>
  lab.collection.cuts.isEverywhere(CUT, { covered: lab.state.context });

describe("a write that cuts a document's history (C11)", () => {
  it("is everywhere once it is durable, if this replica is alone", () => {
    const lab = new CollectionLab(1, [1]);
    expect(isEverywhere(lab)).toBe(false);
    lab.put("x");
    expect(isEverywhere(lab)).toBe(true);
  });

  it("waits for every voter, and for whoever is connected", () => {
    const lab = labWithCut([1, 2]);
    expect(isEverywhere(lab)).toBe(false);
    const voter = lab.connect(2);
    lab.hear(voter);
    expect(isEverywhere(lab)).toBe(true);
    const learner = lab.connect(4);
    expect(isEverywhere(lab)).toBe(false);
    lab.hear(learner);
    lab.disconnect(learner);
    expect(isEverywhere(lab)).toBe(true);
  });

  it("waits for a leased learner that reported before it and has gone", () => {
    const lab = new CollectionLab(1, [1]);
    const learner = lab.connect(4);
    lab.hear(learner);
    lab.disconnect(learner);
    lab.put("x");
    expect(isEverywhere(lab)).toBe(false);
  });

  it("waits for whoever has a lease with one that counts, though this replica has never met it", () => {
    const lab = labWithCut([1, 2]);
    const voter = lab.connect(2);
    lab.hear(voter, lab.state.context.digest, [nodeOf(1), nodeOf(4)]);
    expect(isEverywhere(lab)).toBe(false);
    const learner = lab.connect(4);
    lab.hear(learner, lab.state.context.digest, [nodeOf(5)]);
    expect(isEverywhere(lab)).toBe(false);
    lab.hear(lab.connect(5));
    expect(isEverywhere(lab)).toBe(true);
  });

  it("tells peers who has a lease with this replica", () => {
    const lab = labWithCut([1, 2]);
    lab.hear(lab.connect(4));
    lab.connect(2);
    lab.pass(2 * REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.leased).toEqual([nodeOf(4)]);
  });

  it("waits until this replica holds what a peer held that reported it: it may be a write of the same id", () => {
    const lab = labWithCut([1, 2]);
    const voter = lab.connect(2);
    const more = versionOf({ dot: dotOf(32, 1) });
    lab.hear(voter, lab.state.context.with([more.dot]).digest);
    expect(isEverywhere(lab)).toBe(false);
    lab.receive(more);
    expect(isEverywhere(lab)).toBe(true);
  });

  it("is not taken for everywhere after damage took what a peer's report was compared with (S1)", () => {
    const lab = labWithCut([1, 2]);
    lab.hear(lab.connect(2));
    const covered = CausalContext.of([[originOf(16), [1, 1]]]);
    lab.put("y");
    lab.hear(lab.peers.get(2 as never)!);
    expect(lab.collection.cuts.isEverywhere(CUT, { covered })).toBe(false);
  });

  it("is never everywhere where there may be replicas that this one does not hear of (T7)", () => {
    expect(isEverywhere(labWithCut([1], true))).toBe(false);
  });

  it("has peers report for as long as it is waited for, and no longer", () => {
    const lab = labWithCut([1, 2]);
    const voter = lab.connect(2);
    lab.pass(REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.wanted).toBe(false);
    lab.collection.cuts.awaits("x", CUT);
    lab.pass(2 * REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.wanted).toBe(true);
    lab.hear(voter);
    lab.pass(2 * REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.wanted).toBe(false);
    lab.put("y");
    expect(isEverywhere(lab)).toBe(true);
    // Somebody new may have been away with an edit that has not seen it.
    lab.connect(3);
    lab.collection.cuts.awaits("x", CUT);
    lab.pass(2 * REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.wanted).toBe(true);
    lab.collection.cuts.awaits("x", undefined);
    lab.pass(2 * REPORT_INTERVAL_MS);
    expect(lab.reports.at(-1)?.wanted).toBe(false);
  });
});
