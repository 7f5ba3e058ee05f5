import { describe, expect, it } from "vitest";
import { dropping, ref, room } from "./room.fixture.ts";
import { put, type Site, SYNC_INTERVAL_MS, TIMEOUT_MS } from "./replica-lab.fixture.ts";
import type { ConsistencyLevel } from "./consistency-level.ts";
import type { Dot } from "./dot.ts";
import { dotsOfSession } from "./session-token.ts";
import type { Message } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import type { OperationId, WriteReceipt } from "./effects.ts";

const versionsOf = (site: Site): string[] => [...site.store.keys()].filter((key) => key.startsWith("v/")).sort();

function confirm(site: Site, dots: readonly Dot[], level: ConsistencyLevel = "quorum"): OperationId {
  return site.ask((op, deadline) => ({ type: "confirm", op, dots, level, deadline }));
}

function remove(site: Site, nodeId: NodeId): OperationId {
  return site.ask((op, deadline) => ({ type: "reconfigure", op, change: "remove", nodeId, deadline }));
}

function receiptOf(site: Site, op: OperationId): WriteReceipt {
  const outcome = site.outcomes.get(op);
  if (outcome?.kind !== "receipt") throw new Error(`no receipt: ${JSON.stringify(outcome)}`);
  return outcome.receipt;
}

/** Three voters, all connected; the first has written "x" and "y" in one batch, and heard of no other that has them. */
function timedOut(...lost: Message["type"][]) {
  const { lab, sites } = room([1, 2, 3]);
  const [a, b, c] = sites as [Site, Site, Site];
  lab.connect(b, c);
  lab.pass(SYNC_INTERVAL_MS);
  lab.drops = dropping(...lost);
  const op = a.write([put("x"), put("y")], "quorum");
  lab.pass(TIMEOUT_MS);
  const error = a.failure(op);
  expect(error).toMatchObject({ code: "quorum-timeout", required: 2, acks: [a.nodeId], outcome: "unknown" });
  return { lab, a, b, c, dots: error["dots"] as readonly Dot[], written: versionsOf(a) };
}

describe("confirm (Q8)", () => {
  it("that waits while the epoch changes asks for the same dots again, in the new one", () => {
    const { lab, a, b, c, dots, written } = timedOut("ack");
    // The answers of the old epoch are lost, not the writes: those are brought over before the new one begins (Q6).
    lab.drops = (_from, _to, message) => message.type === "ack" && message.epoch === 3;
    const op = confirm(a, dots);
    lab.pass(SYNC_INTERVAL_MS);
    expect(a.outcomes.has(op)).toBe(false);
    const before = a.sentOf("ack-request").length;
    const removed = remove(b, c.nodeId);
    lab.settle();
    expect(b.outcomes.get(removed)).toEqual({ kind: "done" });
    expect(ref(a).epoch).toBe(4);
    const asked = a.sentOf("ack-request").slice(before);
    expect(asked.map(({ epoch }) => epoch)).toContain(4);
    for (const { dots: named } of asked) expect(dots.every((dot) => named.covers(dot))).toBe(true);
    expect(receiptOf(a, op)).toMatchObject({ dots, required: 2, epoch: 4, acks: [a.nodeId, b.nodeId] });
    for (const site of [a, b]) expect(versionsOf(site)).toEqual(written);
  });

  it("goes on in another process, and writes nothing again", () => {
    const { lab, a, b, c, dots, written } = timedOut("push", "ack-request", "pull");
    lab.drops = () => false;
    const again = lab.restart(a);
    lab.connect(again, b);
    lab.connect(again, c);
    lab.settle();
    const op = confirm(again, dots);
    lab.pass(SYNC_INTERVAL_MS);
    const receipt = receiptOf(again, op);
    expect(receipt).toMatchObject({ dots, required: 2, epoch: 3 });
    expect(receipt.acks.length).toBeGreaterThanOrEqual(2);
    for (const site of [again, b, c]) expect(versionsOf(site)).toEqual(written);
    // Nothing either that would be another write of the same.
    expect(again.replica.state.context.covers({ ...dots[1]!, seq: dots[1]!.seq + 1 })).toBe(false);
  });

  it("of a voter that was removed while it was away is answered by those who count since", () => {
    const { lab, a, b, c, dots, written } = timedOut("push", "ack-request", "pull");
    const store = new Map(a.store);
    const again = lab.restart(a, store);
    lab.drops = () => false;
    const removed = remove(b, again.nodeId);
    lab.settle();
    expect(b.outcomes.get(removed)).toEqual({ kind: "done" });
    expect([ref(again).epoch, ref(b).epoch]).toEqual([3, 4]);
    lab.connect(again, b);
    lab.connect(again, c);
    lab.settle();
    const op = confirm(again, dots);
    lab.pass(SYNC_INTERVAL_MS);
    const receipt = receiptOf(again, op);
    expect(receipt).toMatchObject({ dots, required: 2, epoch: 4 });
    expect([...receipt.acks].sort()).toEqual([b.nodeId, c.nodeId]);
    for (const site of [again, b, c]) expect(versionsOf(site)).toEqual(written);
  });
});

describe("a session's token (Q9)", () => {
  /** Asks as `get(id, { after })` does. */
  function awaitSession(site: Site, { session }: WriteReceipt): OperationId {
    const dots = dotsOfSession(session)!;
    return site.ask((op, deadline) => ({ type: "await-session", op, dots, deadline }));
  }

  it("of one epoch is good in the next: who waits goes on waiting for the same writes", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    lab.pass(SYNC_INTERVAL_MS);
    // The third hears of nothing that is written.
    lab.drops = (_from, to, { type }) => to === c && (type === "push" || type === "batch");
    const written = a.write("x", "quorum");
    lab.settle();
    const receipt = receiptOf(a, written);
    expect(receipt.epoch).toBe(3);
    const waiting = awaitSession(c, receipt);
    const removed = remove(b, c.nodeId);
    lab.settle();
    expect(b.outcomes.get(removed)).toEqual({ kind: "done" });
    expect(ref(c).epoch).toBe(4);
    expect(c.outcomes.has(waiting)).toBe(false);
    lab.drops = () => false;
    lab.pass(TIMEOUT_MS - 1);
    expect(c.outcomes.get(waiting)).toEqual({ kind: "done" });
    expect(c.ids()).toEqual(["x"]);
    // Who asks for the first time in the new epoch has it at once.
    const later = awaitSession(b, receipt);
    expect(b.outcomes.get(later)).toEqual({ kind: "done" });
  });

  it("is good after a reload into another epoch, and fails by name while the writes are missing", () => {
    const { lab, sites } = room([1, 2, 3]);
    const [a, b, c] = sites as [Site, Site, Site];
    lab.connect(b, c);
    lab.pass(SYNC_INTERVAL_MS);
    const store = new Map(c.store);
    const away = lab.restart(c, store);
    const op = a.write([put("x"), put("y")], "quorum");
    const removed = remove(b, away.nodeId);
    lab.settle();
    expect(b.outcomes.get(removed)).toEqual({ kind: "done" });
    const early = awaitSession(away, receiptOf(a, op));
    lab.pass(TIMEOUT_MS);
    expect(away.failure(early)).toMatchObject({ code: "session-not-satisfied", missing: 2 });
    lab.connect(away, b);
    const late = awaitSession(away, receiptOf(a, op));
    lab.pass(2 * SYNC_INTERVAL_MS);
    expect(away.outcomes.get(late)).toEqual({ kind: "done" });
    expect(ref(away).epoch).toBe(4);
    expect(away.ids()).toEqual(["x", "y"]);
  });
});
