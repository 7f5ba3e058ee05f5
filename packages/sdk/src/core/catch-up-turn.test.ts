import { describe, expect, it } from "vitest";
import { Lab, put, type Site } from "./replica-lab.fixture.ts";
import { TURN_IDLE_MS, TURN_MS } from "./catch-up-turn.ts";
import { CatchUpTurn } from "./catch-up-turn.ts";
import type { Environment } from "./environment.ts";
import type { LinkId } from "./peer.ts";

const [A, B, C] = [1, 2, 3] as LinkId[] as [LinkId, LinkId, LinkId];

function turnAt(start: number): { turn: CatchUpTurn; pass: (ms: number) => void } {
  let now = start;
  const turn = new CatchUpTurn({ now: () => now } as Environment);
  return { turn, pass: (ms) => (now += ms) };
}

describe("a turn", () => {
  it("puts the others off until it is over", () => {
    const { turn } = turnAt(1000);
    turn.take(A);
    expect([A, B].map((link) => turn.isFreeFor(link))).toEqual([true, false]);
    turn.give(B);
    expect(turn.isFreeFor(B)).toBe(false);
    turn.give(A);
    expect(turn.isFreeFor(B)).toBe(true);
  });

  it("is lost by who brings nothing, and kept by who does, but not for ever", () => {
    const { turn, pass } = turnAt(1000);
    turn.take(A);
    pass(TURN_IDLE_MS - 1);
    expect(turn.isFreeFor(B)).toBe(false);
    turn.heard(A);
    pass(1);
    expect(turn.isFreeFor(B)).toBe(false);
    pass(TURN_IDLE_MS);
    expect(turn.isFreeFor(B)).toBe(true);
    for (let at = 0; at < TURN_MS; at += TURN_IDLE_MS / 2) {
      turn.heard(A);
      pass(TURN_IDLE_MS / 2);
    }
    turn.heard(A);
    expect(turn.isFreeFor(B)).toBe(true);
  });

  it("is not taken by who begins out of it", () => {
    const { turn } = turnAt(1000);
    turn.take(A);
    turn.take(B);
    expect(turn.isFreeFor(C)).toBe(false);
    turn.give(B);
    expect(turn.isFreeFor(C)).toBe(false);
  });
});

/** Four replicas, connected to each other, that hold the same. */
function roomOfFour(): { lab: Lab; members: Site[] } {
  const lab = new Lab();
  const members = [1, 2, 3, 4].map((n) => lab.site(n));
  for (const [i, site] of members.entries()) for (const other of members.slice(i + 1)) lab.connect(site, other);
  lab.pass(1000);
  members[0]!.write([put("a"), put("b"), put("c")]);
  lab.pass(6000);
  return { lab, members };
}

const versionsSent = (members: readonly Site[], type: "batch" | "repair-batch"): number =>
  members.flatMap((site) => site.sentOf(type)).reduce((sum, { versions }) => sum + versions.length, 0);

describe("a newcomer", () => {
  it("is brought by one of its peers what all of them hold (S2)", () => {
    const { lab, members } = roomOfFour();
    const before = versionsSent(members, "batch");
    const late = lab.site(5);
    for (const member of members) lab.connect(late, member);
    lab.pass(2000);
    expect(late.ids()).toEqual(["a", "b", "c"]);
    expect(versionsSent(members, "batch") - before).toBe(3);
  });

  it("is brought it by one where it comes in by repair, too (S8)", () => {
    const { lab, members } = roomOfFour();
    members[1]!.write([{ kind: "delete", id: "b" }]);
    lab.pass(30_000);
    expect(members.every(({ replica }) => !replica.state.horizon.isEmpty)).toBe(true);
    const before = versionsSent(members, "batch") + versionsSent(members, "repair-batch");
    const late = lab.site(5);
    for (const member of members) lab.connect(late, member);
    lab.pass(2000);
    expect(late.ids()).toEqual(["a", "c"]);
    expect(versionsSent(members, "batch") + versionsSent(members, "repair-batch") - before).toBe(2);
  });

  it("turns to another peer when the first has stopped", () => {
    const { lab, members } = roomOfFour();
    const late = lab.site(5);
    lab.drops = (from, _, { type }) => from === members[0] && (type === "batch" || type === "session-end");
    for (const member of members) lab.connect(late, member);
    lab.pass(TURN_IDLE_MS - 1000);
    expect(late.ids()).toEqual([]);
    lab.pass(2000);
    expect(late.ids()).toEqual(["a", "b", "c"]);
  });
});
