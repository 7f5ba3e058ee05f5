import { describe, expect, it } from "vitest";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import { MAX_WAITING_INTERVALS, MAX_WAITING_QUESTIONS } from "./acknowledgement.ts";
import { ref, room } from "./room.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import type { Site } from "./replica-lab.fixture.ts";

describe("the voter's desk", () => {
  it("acknowledges only after a strict commit that covers the dots (Q4)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    const link = b.link(a);
    const dots = CausalContext.EMPTY.with([dotOf(16, 1)]);
    b.receive(link, { type: "ack-request", request: 9, ...ref(b), dots });
    lab.settle();
    expect(b.sentOf("ack")).toEqual([]);
    b.holdsCommits = true;
    a.write("x");
    lab.settle();
    expect(b.isCommitting).toBe(true);
    expect(b.sentOf("ack")).toEqual([]);
    b.commit();
    expect(b.sentOf("ack")).toMatchObject([{ request: 9, ...ref(b), counter: 2 }]);
  });

  it("flushes what only a relaxed commit has before it acknowledges (Q4, D2)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    a.write("x");
    lab.settle();
    expect(b.replica.state.relaxedPending).toBe(true);
    b.holdsCommits = true;
    const dots = CausalContext.EMPTY.with([dotOf(16, 1)]);
    b.receive(b.link(a), { type: "ack-request", request: 9, ...ref(b), dots });
    expect(b.isCommitting).toBe(true);
    expect(b.sentOf("ack")).toEqual([]);
    b.commit();
    expect(b.sentOf("ack")).toHaveLength(1);
    expect(b.replica.state.relaxedPending).toBe(false);
  });

  it("does not acknowledge what the very transaction takes out as damaged (Q4, S1)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    a.write("x");
    lab.settle();
    const dots = CausalContext.EMPTY.with([dotOf(16, 1)]);
    b.holdsCommits = true;
    // Another transaction is under way: the question and the damage wait for the next one together.
    b.write("y");
    b.receive(b.link(a), { type: "ack-request", request: 9, ...ref(b), dots });
    b.handle({ type: "damaged", op: undefined, dots: [dotOf(16, 1)] });
    b.commit();
    b.commit();
    expect(b.replica.state.context.coversAll(dots)).toBe(false);
    expect(b.sentOf("ack").filter((ack) => ack.request === 9)).toEqual([]);
  });

  it("refuses an epoch that is over with the record it knows, and lets a later one wait (Q5)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    const [link, { lineage, epoch }] = [b.link(a), ref(b)];
    const ask = (request: number, in_: number): void =>
      b.receive(link, { type: "ack-request", request, lineage, epoch: in_, dots: CausalContext.EMPTY });
    ask(1, epoch - 1);
    expect(b.sentOf("nack")).toMatchObject([{ request: 1, replicaSet: { epoch } }]);
    ask(2, epoch + 1);
    lab.settle();
    expect(b.sentOf("nack")).toHaveLength(1);
    expect(b.sentOf("ack")).toEqual([]);
    const later = { ...b.replica.state.replicaSet, epoch: epoch + 1 };
    b.receive(link, { type: "replica-set", replicaSet: later, decided: undefined, isHome: true });
    lab.settle();
    expect(b.sentOf("ack")).toMatchObject([{ request: 2, epoch: epoch + 1 }]);
  });

  it("does not acknowledge in an epoch whose voter it is not (Q3, Q5)", () => {
    const { lab, sites } = room([1, 2], [4]);
    const learner = sites[2]!;
    learner.receive(learner.link(sites[0]!), {
      type: "ack-request",
      request: 1,
      ...ref(learner),
      dots: CausalContext.EMPTY,
    });
    lab.settle();
    expect(learner.sentOf("ack")).toEqual([]);
  });

  it("keeps a bounded number of a peer's questions, and of what they ask about (P8)", () => {
    const { lab, sites } = room([1, 2]);
    const [a, b] = sites as [Site, Site];
    const scattered = Array.from({ length: MAX_WAITING_INTERVALS / 4 }, (_, i) => [2 * i + 1, 2 * i + 1]).flat();
    const dots = CausalContext.of([[originOf(9), scattered]]);
    for (let request = 1; request <= 6; request++)
      b.receive(b.link(a), { type: "ack-request", request, ...ref(b), dots });
    const few = CausalContext.EMPTY.with([dotOf(9, 1)]);
    for (let request = 7; request <= MAX_WAITING_QUESTIONS + 10; request++)
      b.receive(b.link(a), { type: "ack-request", request, ...ref(b), dots: request === 7 ? dots : few });
    // What has been kept is answered once it is held.
    b.replica.state.context = dots;
    b.receive(b.link(a), { type: "push", versions: [versionOf({ dot: dotOf(1, 1) })], ack: undefined });
    lab.settle();
    expect(b.sentOf("ack").length).toBeLessThanOrEqual(MAX_WAITING_QUESTIONS);
    expect(
      b
        .sentOf("ack")
        .filter((ack) => ack.request <= 7)
        .map((ack) => ack.request),
    ).toEqual([1, 2, 3, 4]);
  });
});
