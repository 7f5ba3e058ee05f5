import { describe, expect, it } from "vitest";
import { deviceOf, lineageOf, nodeOf, recordOf } from "./replica-state.fixture.ts";
import { dropping, ref, room } from "./room.fixture.ts";
import { Lab, type Site, SYNC_INTERVAL_MS } from "./replica-lab.fixture.ts";
import { withVoter } from "./replica-set.ts";

const MINUTE_MS: number = 60 * 1000;

describe("a room in which nothing can be done falls silent", () => {
  it("when voters that have sealed refuse each other's questions (Q5)", () => {
    const { lab, sites } = room([1, 2], [3]);
    const [a, b] = sites as [Site, Site];
    // The next epoch never begins, so that both go on refusing the one that is active.
    lab.drops = dropping("installed");
    const barred = nodeOf(3);
    a.ask((op, deadline) => ({ type: "reconfigure", op, change: "add", nodeId: barred, deadline }));
    lab.settle();
    expect(a.replica.state.lineages.get(ref(a).lineage)?.decided?.epoch).toBe(ref(a).epoch + 1);
    const before = a.sent.length + b.sent.length;
    a.write("x", "quorum");
    b.write("y", "quorum");
    b.read("x");
    lab.pass(MINUTE_MS);
    expect(a.sentOf("nack").length + b.sentOf("nack").length).toBeGreaterThan(0);
    expect(a.sent.length + b.sent.length - before).toBeLessThan(200);
  });

  it("when those who are there cannot decide, as one has forgotten and another is gone (Q3)", () => {
    const { lab, sites } = room([1, 2, 3], [4]);
    const [a, b, c] = sites as [Site, Site, Site];
    const { lineage, epoch } = ref(a);
    lab.cut(a, c);
    a.receive(a.link(b), { type: "distrust", lineage, epoch, nodeId: b.nodeId });
    lab.pass(10 * MINUTE_MS);
    expect(a.sentOf("prepare")).toEqual([]);
    expect(b.sentOf("prepare")).toEqual([]);
    lab.connect(a, c);
    lab.pass(MINUTE_MS);
    // With all of them there it is enrolled anew.
    expect(ref(a).epoch).toBeGreaterThan(epoch);
  });

  it("when another copy of a store has formed the lineage that this one has retired (C1, Q7b)", () => {
    const lab = new Lab();
    const unformed = recordOf([1], { formed: false });
    const target = recordOf([2], { formed: false, barred: [nodeOf(1)] });
    const [copied, founder] = [
      lab.site(1, { image: { replicaSet: unformed } }),
      lab.site(2, { image: { replicaSet: target } }),
    ];
    lab.connect(copied, founder);
    lab.pass(SYNC_INTERVAL_MS);
    lab.cut(copied, founder);
    expect(copied.replica.state.lineages.get(lineageOf(1))?.retiredInto).toBe(lineageOf(2));
    const formed = withVoter(unformed, { nodeId: nodeOf(3), deviceId: deviceOf(3), steady: false });
    const other = lab.site(3, { image: { replicaSet: formed } });
    lab.connect(founder, other);
    lab.pass(3 * SYNC_INTERVAL_MS);
    expect(ref(founder)).toEqual(ref(other));
    lab.connect(copied, founder);
    lab.pass(3 * SYNC_INTERVAL_MS);
    expect(ref(copied)).toEqual(ref(other));
    expect(copied.sentOf("retired").length + founder.sentOf("retired").length).toBeLessThan(5);
  });
});
