import { describe, expect, it } from "vitest";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { lineageOf, recordOf } from "./replica-state.fixture.ts";
import { dropping, ref } from "./room.fixture.ts";

/** Two formed lineages, of voters 1 and 2 and of 3 and 4. The second outranks the first: its id is greater. */
function formedLineages(): { lab: Lab; sites: [Site, Site, Site, Site] } {
  const lab = new Lab();
  const [lower, greater] = [recordOf([1, 2]), recordOf([3, 4])];
  const sites = [lower, lower, greater, greater].map((replicaSet, i) => lab.site(i + 1, { image: { replicaSet } }));
  const [a, b, c, d] = sites as [Site, Site, Site, Site];
  lab.connect(a, b);
  lab.connect(c, d);
  lab.pass(SYNC_INTERVAL_MS);
  return { lab, sites: [a, b, c, d] };
}

describe("two lineages that meet (Q7b)", () => {
  it("one that never had a data quorum of voters yields at once, with what it holds", () => {
    const lab = new Lab();
    const [formed, alone] = [lab.site(1, { image: { replicaSet: recordOf([1, 9]) } }), lab.site(5)];
    formed.write("here");
    alone.write("there");
    lab.connect(formed, alone);
    lab.pass(3 * SYNC_INTERVAL_MS);
    expect(alone.replica.state.replicaSet.lineage).toBe(lineageOf(1));
    expect(formed.ids()).toEqual(["here", "there"]);
    expect(alone.ids()).toEqual(["here", "there"]);
    expect(alone.told("replicaSet").map((notice) => notice.record.lineage)).toContain(lineageOf(1));
  });

  it("of two that never had one, the lower generation, then the lower id yields", () => {
    const meeting = (...generations: [number, number]): string => {
      const lab = new Lab();
      const [a, b] = [1, 2].map((n, i) =>
        lab.site(n, { image: { replicaSet: recordOf([n], { generation: generations[i]! }) } }),
      ) as [Site, Site];
      lab.connect(a, b);
      lab.pass(SYNC_INTERVAL_MS);
      expect(ref(a)).toEqual(ref(b));
      return ref(a).lineage;
    };
    expect(meeting(0, 0)).toBe(lineageOf(2));
    expect(meeting(1, 0)).toBe(lineageOf(1));
  });

  it("a formed one is sealed, its state acknowledged by the winner's majority, and then retired", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c, d] = sites;
    const kept = a.write("kept", "quorum");
    lab.settle();
    expect(a.outcomes.get(kept)?.kind).toBe("receipt");
    for (const site of [a, b]) for (const other of [c, d]) lab.connect(site, other);
    lab.pass(5 * SYNC_INTERVAL_MS);
    for (const site of sites) {
      expect(ref(site)).toEqual(ref(c));
      expect(site.ids()).toEqual(["kept"]);
    }
    expect(a.sentOf("seal").length).toBeGreaterThan(0);
    expect(b.sentOf("sealed").length).toBeGreaterThan(0);
    expect(a.replica.state.lineages.get(lineageOf(1))?.retiredInto).toBe(lineageOf(3));
    expect(a.told("replicaSet").at(-1)?.record.lineage).toBe(lineageOf(3));
  });

  it("the loser's voters are not released before a majority of the winner's has acknowledged its state", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c, d] = sites;
    a.write("kept", "quorum");
    lab.settle();
    d.holdsCommits = true;
    for (const site of [a, b]) for (const other of [c, d]) lab.connect(site, other);
    lab.pass(5 * SYNC_INTERVAL_MS);
    expect(c.ids()).toEqual(["kept"]);
    // One of two is no majority.
    expect(ref(a).lineage).toBe(lineageOf(1));
    expect(a.replica.state.lineages.get(lineageOf(1))?.decided?.yieldsTo).toBe(lineageOf(3));
    d.holdsCommits = false;
    lab.pass(5 * SYNC_INTERVAL_MS);
    expect(ref(a).lineage).toBe(lineageOf(3));
  });

  it("a sealed voter acknowledges nothing in the old lineage any more (Q5)", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c] = sites;
    lab.drops = dropping("sealed", "push", "ack-request");
    lab.connect(a, c);
    lab.pass(SYNC_INTERVAL_MS);
    expect(b.replica.state.lineages.get(lineageOf(1))?.sealed).toBe(true);
    expect(b.replica.state.lineages.get(lineageOf(1))?.decided?.yieldsTo).toBe(lineageOf(3));
    const acks = b.sentOf("ack").length;
    const { lineage, epoch } = recordOf([1, 2]);
    lab.drops = dropping("sealed");
    b.receive(b.link(a), { type: "ack-request", request: 5, lineage, epoch, dots: b.replica.state.context });
    lab.settle();
    expect(b.sentOf("ack")).toHaveLength(acks);
    expect(b.sentOf("nack")).toHaveLength(1);
    // It says so to its own user, too, instead of letting a write wait.
    expect(b.told("quorum").at(-1)).toEqual({ type: "quorum", available: false });
  });

  it("a write under way in the loser is counted anew in the winner (Q5)", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c, d] = sites;
    lab.drops = (from, to, message) => from === b && message.type === "ack";
    const op = a.write("x", "quorum");
    lab.settle();
    for (const site of [a, b]) for (const other of [c, d]) lab.connect(site, other);
    lab.pass(5 * SYNC_INTERVAL_MS);
    expect(a.outcomes.get(op)).toMatchObject({
      receipt: { lineage: lineageOf(3), acks: expect.arrayContaining([c.nodeId]) },
    });
  });

  it("a straggler of a retired lineage is told, and moves over", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c, d] = sites;
    const straggler = lab.site(6, { image: { replicaSet: recordOf([1, 2]) } });
    straggler.write("late");
    for (const site of [a, b]) for (const other of [c, d]) lab.connect(site, other);
    lab.pass(5 * SYNC_INTERVAL_MS);
    lab.connect(a, straggler);
    lab.pass(3 * SYNC_INTERVAL_MS);
    expect(straggler.replica.state.replicaSet.lineage).toBe(lineageOf(3));
    expect(a.ids()).toEqual(["late"]);
  });

  it("goes on after the connections to the winner broke in the middle", () => {
    const { lab, sites } = formedLineages();
    const [a, b, c, d] = sites;
    a.write("kept", "quorum");
    lab.settle();
    lab.drops = dropping("installed");
    for (const other of [c, d]) lab.connect(a, other);
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(ref(a).lineage).toBe(lineageOf(1));
    for (const other of [c, d]) lab.cut(a, other);
    lab.drops = () => false;
    for (const other of [c, d]) lab.connect(a, other);
    lab.pass(5 * SYNC_INTERVAL_MS);
    for (const site of [a, b]) expect(site.replica.state.replicaSet.lineage).toBe(lineageOf(3));
  });

  it("one whose winner yields, too, goes into a greater one that it meets, and shows the winner the way (T7)", () => {
    const lab = new Lab();
    const formed = { replicationFactor: 1, formed: true };
    const alone = (n: number): Site => lab.site(n, { image: { replicaSet: recordOf([n], formed) } });
    const [low, middle, high] = [alone(1), alone(3), alone(5)];
    low.write("kept");
    lab.drops = dropping("install");
    lab.connect(middle, high);
    lab.pass(SYNC_INTERVAL_MS);
    lab.cut(middle, high);
    expect(middle.replica.state.lineages.get(lineageOf(3))?.decided?.yieldsTo).toBe(lineageOf(5));
    lab.drops = () => false;
    lab.connect(low, middle);
    lab.pass(5 * SYNC_INTERVAL_MS);
    // It has been named before anybody has heard that it ends, whose voter nobody here knows.
    expect(low.replica.state.lineages.get(lineageOf(1))?.decided?.yieldsTo).toBe(lineageOf(3));
    expect(middle.preferred).not.toContain(high.nodeId);
    lab.connect(low, high);
    lab.pass(5 * SYNC_INTERVAL_MS);
    expect(low.replica.state.lineages.get(lineageOf(1))?.retiredInto).toBe(lineageOf(5));
    expect(high.ids()).toEqual(["kept"]);
    expect(middle.preferred).toContain(high.nodeId);
    lab.connect(middle, high);
    lab.pass(5 * SYNC_INTERVAL_MS);
    for (const site of [low, middle]) expect(ref(site)).toEqual(ref(high));
  });
});
