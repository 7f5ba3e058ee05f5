import { describe, expect, it } from "vitest";
import { Lab, type Site } from "./replica-lab.fixture.ts";
import { recordOf } from "./replica-state.fixture.ts";
import { versionKey } from "./store-layout.ts";

const dotOfId = (site: Site, id: string) => site.replica.state.siblings(id)[0]!.dot;
const digestOf = (site: Site) => site.replica.state.context.digest;

/** Takes an id out of a store, as a read that finds it damaged does. */
function mend(site: Site, id: string): void {
  const dot = dotOfId(site, id);
  site.store.delete(versionKey(dot));
  site.handle({ type: "damaged", op: undefined, dots: [dot] });
}

/** `a` in a room of its own where `b` is a learner for good: nothing but sync goes on between them. */
function pair(): { lab: Lab; a: Site; b: Site } {
  const lab = new Lab();
  const replicaSet = recordOf([1], { replicationFactor: 1, formed: true });
  return { lab, a: lab.site(1, { image: { replicaSet } }), b: lab.site(2, { image: { replicaSet } }) };
}

describe("a store that mends (S1)", () => {
  it("tells no peer, in a session that began before, that it holds what it has taken out", () => {
    const { lab, a, b } = pair();
    a.write("kept");
    a.write("lost");
    lab.settle();
    const lost = dotOfId(a, "lost");
    a.holdsLoads = true;
    lab.connect(a, b);
    lab.settle();
    mend(a, "lost");
    lab.settle();
    a.holdsLoads = false;
    lab.pass(2000);
    expect(a.sentOf("session-end")[0]?.outcome).toBe("incomplete");
    expect(b.ids()).toEqual(["kept"]);
    expect(b.replica.state.context.covers(lost)).toBe(false);
    expect(digestOf(b).equals(digestOf(a))).toBe(true);
  });

  it.each(["before", "with"])(
    "takes over no context that it asked for when it held more: mended %s the join",
    (when) => {
      const { lab, a, b } = pair();
      a.write("a");
      lab.settle();
      lab.connect(a, b);
      lab.pass(1000);
      const dot = dotOfId(b, "a");
      // The next session begins while b still holds it, and ends when b does no more.
      lab.drops = (_from, _to, { type }) => type === "push" || type === "session-end";
      a.write("b");
      lab.pass(500);
      const { session, context: asked } = b.sentOf("pull").at(-1)!;
      expect(asked.covers(dot)).toBe(true);
      b.holdsCommits = when === "with";
      if (when === "with") b.write("own");
      mend(b, "a");
      lab.settle();
      lab.drops = (_from, _to, { type }) => type === "pull";
      const { context, horizon } = a.replica.state;
      b.receive(b.link(a), { type: "session-end", session, outcome: "complete", context, horizon });
      b.holdsCommits = false;
      lab.settle();
      expect(b.replica.state.context.covers(dot)).toBe(false);
      lab.drops = () => false;
      // What it asked for in vain meanwhile is given up and asked for again.
      lab.pass(60_000);
      expect(b.ids()).toContain("a");
      expect(b.ids()).toContain("b");
    },
  );

  it("catches up anew with a peer with which it was equal", () => {
    const { lab, a, b } = pair();
    a.write("a");
    lab.settle();
    lab.connect(a, b);
    lab.pass(1000);
    mend(b, "a");
    lab.pass(1000);
    expect(b.ids()).toEqual(["a"]);
  });

  it("claims for no later write to have seen one of its own that it has lost (C2, C4, seed 15389)", () => {
    const { lab, a, b } = pair();
    a.write("x");
    lab.settle();
    lab.connect(a, b);
    lab.pass(1000);
    lab.cut(a, b);
    const lost = dotOfId(a, "x");
    mend(a, "x");
    a.write("x");
    a.write("x");
    lab.settle();
    lab.connect(a, b);
    lab.pass(60_000);
    for (const site of [a, b]) {
      const dots = site.replica.state.siblings("x").map((version) => version.dot);
      expect(dots).toHaveLength(2);
      expect(dots).toContainEqual(lost);
    }
  });
});
