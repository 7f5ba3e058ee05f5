import { describe, expect, it } from "vitest";

import { CausalContext } from "../core/causal-context.ts";
import { Lab, type Site } from "../core/replica-lab.fixture.ts";
import type { Origin } from "../core/node-id.ts";
import { originOf } from "../core/causality.fixture.ts";

/**
 * What a member of the room can break today, since nothing in this protocol is signed: docs/GUARANTEES.md says so, and these tests that it
 * says the truth. One that fails has found a remedy, and that page a sentence too many.
 */
describe("not promised where a member lies:", () => {
  function room(): { lab: Lab; victim: Site; friend: Site; liar: Site } {
    const lab = new Lab();
    const [victim, friend, liar] = [lab.site(1), lab.site(2), lab.site(9)];
    lab.connect(victim, friend);
    lab.connect(victim, liar);
    lab.pass(1000);
    return { lab, victim, friend, liar };
  }

  /** The origin of all that a replica writes in this opening. */
  function originOfWriter(lab: Lab, writer: Site): Origin {
    writer.write("first");
    lab.pass(1000);
    return [...writer.replica.state.siblings("first")][0]!.dot.origin;
  }

  it("that a write which its victim was told it has already is ever shown there (S1, S5)", () => {
    const { lab, victim, friend, liar } = room();
    const origin = originOfWriter(lab, friend);
    lab.drops = (from) => from === liar;
    // A session is under way: the liar has something that the victim lacks, or says so.
    liar.write("bait");
    lab.settle();
    const link = victim.link(liar);
    victim.receive(link, { type: "digest", digest: liar.replica.state.context.digest });
    lab.pass(200);
    const session = victim.sentOf("pull").at(-1)!.session;
    const context = CausalContext.of([[origin, [1, 1_000_000]]]);
    victim.receive(link, { type: "session-end", outcome: "complete", session, context, horizon: CausalContext.EMPTY });
    lab.settle();
    friend.write("hidden");
    lab.pass(5000);
    expect(friend.ids()).toContain("hidden");
    expect(victim.ids()).not.toContain("hidden");
  });

  it("that writes survive a repair with one that claims all of them and lists none (S8)", () => {
    const { lab, victim, friend } = room();
    victim.write("precious");
    lab.pass(1000);
    const { context, replicaSet } = victim.replica.state;
    const liar = lab.site(8, { image: { context, replicaSet } });
    lab.connect(victim, liar);
    lab.pass(1000);
    liar.ask((op, deadline) => ({ type: "force-sync", op, nodeId: victim.nodeId, deadline }));
    lab.pass(5000);
    expect(victim.ids()).not.toContain("precious");
    expect(friend.ids()).toContain("precious");
  });

  it("that a write survives another that claims to have seen it (C4, C5)", () => {
    const { lab, victim, friend, liar } = room();
    const origin = originOfWriter(lab, friend);
    lab.cut(victim, friend);
    friend.write("contested");
    const forged = {
      id: "contested",
      dot: { origin: originOf(0xee), seq: 1 },
      context: new Map([[origin, 1_000_000]]),
      hlc: { wallMs: lab.now, counter: 0 },
      tombstone: true,
      vector: new Float32Array(0),
      metadata: {},
    };
    victim.receive(victim.link(liar), { type: "push", ack: undefined, versions: [forged] });
    lab.settle();
    lab.connect(victim, friend);
    lab.pass(5000);
    for (const site of [victim, friend]) expect(site.ids()).not.toContain("contested");
  });
});
