import { describe, expect, it } from "vitest";
import type { Author } from "./node-id.ts";
import { CommitQueue, MAX_GROUP_VERSIONS, type Mutation, type SmallMutation } from "./commit-queue.ts";
import { dotOf, versionOf } from "./causality.fixture.ts";
import type { Draft } from "./draft.ts";
import { stateOf } from "./replica-state.fixture.ts";

/** Mutations that write down what becomes of them. */
class Log {
  readonly lines: string[] = [];

  mutation(
    name: string,
    options: { size?: number; strict?: boolean; seq?: number; throws?: Error } = {},
  ): SmallMutation {
    return {
      size: options.size ?? 1,
      stage: (draft: Draft) => {
        this.lines.push(`stage ${name}`);
        if (options.throws !== undefined) throw options.throws;
        if (options.seq !== undefined) draft.receive(versionOf({ id: name, dot: dotOf(1, options.seq) }));
        return options.strict ?? false;
      },
      settle: () => void this.lines.push(`settle ${name}`),
      fail: (error) => void this.lines.push(`fail ${name}: ${error.message}`),
    };
  }

  taken(): string[] {
    return this.lines.splice(0);
  }
}

describe("the commit queue", () => {
  it("P6: stages what is large in steps, one each time it goes on, and hands out one transaction of all of it (D2)", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => [log.mutation("complete")]);
    const large = log.mutation("large", { size: MAX_GROUP_VERSIONS });
    queue.push({
      ...large,
      *stage(draft) {
        for (const seq of [1, 2, 3]) {
          if (seq > 1) yield undefined;
          draft.receive(versionOf({ id: `large${seq}`, dot: dotOf(1, seq) }));
          log.lines.push(`step ${seq}`);
        }
        return true;
      },
    });
    queue.push(log.mutation("small"));
    expect([queue.next(1000), queue.isStaging, queue.isEmpty]).toEqual([undefined, true, false]);
    expect([log.taken(), queue.next(1000), log.taken()]).toEqual([["step 1"], undefined, []]);
    queue.goOn();
    expect([log.taken(), queue.next(1000)]).toEqual([["step 2"], undefined]);
    queue.goOn();
    const transaction = queue.next(1000);
    expect(log.taken()).toEqual(["step 3", "stage complete"]);
    expect([transaction?.strict, queue.isStaging]).toEqual([true, false]);
    expect([...transaction!.draft.changed]).toEqual(["large1", "large2", "large3"]);
    queue.committed();
    expect(log.taken()).toEqual(["settle large", "settle complete"]);
  });

  it("hands out nothing before what a step wants signed is, and fails alone what cannot be (C10)", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    const version = versionOf({ dot: dotOf(1, 1) });
    const signature = { author: "a" as Author, proof: "b" };
    const signing = (name: string): Mutation => ({
      ...log.mutation(name),
      *stage() {
        const signatures = yield { unsigned: [version] };
        log.lines.push(`${name} has ${JSON.stringify(signatures)}`);
        return true;
      },
    });
    queue.push(signing("first"));
    queue.push(signing("second"));
    expect([queue.next(1000), queue.isStaging, queue.wanted]).toEqual([undefined, true, { unsigned: [version] }]);
    queue.goOn([signature]);
    expect(log.taken()).toEqual([`first has ${JSON.stringify([signature])}`]);
    expect([queue.next(1000), queue.wanted]).toEqual([undefined, { unsigned: [version] }]);
    queue.stagingFailed(new Error("no key"));
    expect(log.taken()).toEqual([]);
    // Each anew, and by itself.
    expect([queue.next(1000), queue.wanted]).toEqual([undefined, { unsigned: [version] }]);
    queue.stagingFailed(new Error("no key"));
    expect(log.taken()).toEqual(["fail first: no key"]);
    expect([queue.next(1000), queue.wanted]).toEqual([undefined, { unsigned: [version] }]);
    queue.goOn([signature]);
    expect([queue.next(1000)?.strict, queue.wanted]).toEqual([true, undefined]);
    queue.committed();
    expect(log.taken()).toEqual([`second has ${JSON.stringify([signature])}`, "settle second"]);
  });

  it("a step that throws leaves nothing of it, and what waits behind it goes on", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    queue.push({
      ...log.mutation("large", { size: MAX_GROUP_VERSIONS }),
      *stage(draft) {
        draft.receive(versionOf({ id: "large", dot: dotOf(1, 1) }));
        yield undefined;
        throw new Error("too much");
      },
    });
    queue.push(log.mutation("small", { seq: 7 }));
    expect(queue.next(1000)).toBeUndefined();
    queue.goOn();
    expect(log.taken()).toEqual(["fail large: too much"]);
    expect([...queue.next(1000)!.draft.changed]).toEqual(["small"]);
  });

  it("groups what waits into one transaction, strict if any of it is (Q4, D2)", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    for (const name of ["a", "b", "c"])
      queue.push(log.mutation(name, { strict: name === "b", seq: name.charCodeAt(0) }));
    expect(queue.next(1000)?.strict).toBe(true);
    expect(log.taken()).toEqual(["stage a", "stage b", "stage c"]);
    queue.committed();
    expect(log.taken()).toEqual(["settle a", "settle b", "settle c"]);
    expect(queue.isEmpty).toBe(true);
  });

  it("has one transaction at a time", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    queue.push(log.mutation("a"));
    expect(queue.next(1000)).toBeDefined();
    queue.push(log.mutation("b"));
    expect(queue.next(1000)).toBeUndefined();
    expect(queue.isEmpty).toBe(false);
    queue.committed();
    expect(queue.next(1000)).toBeDefined();
    expect(log.taken()).toEqual(["stage a", "settle a", "stage b"]);
  });

  it("bounds a transaction by versions, and lets a larger single one go alone (D2)", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    const large = MAX_GROUP_VERSIONS * 3;
    for (const [name, size] of [
      ["a", MAX_GROUP_VERSIONS - 1],
      ["b", 1],
      ["c", 1],
      ["d", large],
    ] as const)
      queue.push(log.mutation(name, { size }));
    const groups: string[][] = [];
    for (let next = queue.next(1000); next !== undefined; next = queue.next(1000)) {
      groups.push(log.taken());
      queue.committed();
      log.taken();
    }
    expect(groups).toEqual([["stage a", "stage b"], ["stage c"], ["stage d"]]);
  });

  it("shows nothing in the state before the transaction is durable (S7)", () => {
    const state = stateOf(1);
    const queue = new CommitQueue(state, () => []);
    queue.push(new Log().mutation("a", { seq: 1, strict: true }));
    queue.next(1000);
    expect(state.siblings("a")).toEqual([]);
    expect(state.context.covers(dotOf(1, 1))).toBe(false);
    queue.committed();
    expect(state.siblings("a")).toHaveLength(1);
    expect(state.context.covers(dotOf(1, 1))).toBe(true);
    expect(state.counter).toBe(2);
  });

  it("takes a group that fails apart, so that only what cannot be stored fails", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    for (const name of ["a", "b", "c"]) queue.push(log.mutation(name));
    queue.next(1000);
    queue.push(log.mutation("d"));
    queue.failed(new Error("full"));
    expect(log.taken()).toEqual(["stage a", "stage b", "stage c"]);
    queue.next(1000);
    queue.committed();
    queue.next(1000);
    queue.failed(new Error("full"));
    expect(log.taken()).toEqual(["stage a", "settle a", "stage b", "fail b: full"]);
    queue.next(1000);
    queue.committed();
    queue.next(1000);
    queue.committed();
    expect(log.taken()).toEqual(["stage c", "settle c", "stage d", "settle d"]);
  });

  it("gives up a mutation that fails alone, also when an ack would have gone with it (Q4)", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => [log.mutation("ack", { size: 0, strict: true })]);
    queue.push(log.mutation("a", { seq: 1 }));
    queue.next(1000);
    queue.failed(new Error("full"));
    expect(log.taken()).toEqual(["stage a", "stage ack", "fail ack: full", "fail a: full"]);
    expect(queue.isEmpty).toBe(true);
  });

  it("fails what cannot even be put together, and nothing beside it", () => {
    const log = new Log();
    const queue = new CommitQueue(stateOf(1), () => []);
    queue.push(log.mutation("a", { seq: 1 }));
    queue.push(log.mutation("bad", { throws: new RangeError("over the limit") }));
    queue.push(log.mutation("b", { seq: 2 }));
    for (let next = queue.next(1000); next !== undefined; next = queue.next(1000)) queue.committed();
    expect(log.taken().filter((line) => !line.startsWith("stage"))).toEqual([
      "settle a",
      "fail bad: over the limit",
      "settle b",
    ]);
  });

  it("needs no commit for what changes nothing, and says so", () => {
    const queue = new CommitQueue(stateOf(1), () => []);
    queue.push(new Log().mutation("a", { strict: true }));
    expect(queue.next(1000)).toMatchObject({ batch: undefined });
  });

  it("flushes a relaxed commit by a strict one that has nothing else to write (D2)", () => {
    const log = new Log();
    const state = stateOf(1);
    const queue = new CommitQueue(state, () => []);
    queue.push(log.mutation("a", { seq: 1 }));
    queue.next(1000);
    queue.committed();
    expect(state.relaxedPending).toBe(true);
    expect(state.counter).toBe(1);
    queue.push(log.mutation("ack", { strict: true }));
    expect(queue.next(1000)?.batch?.puts.map(([key]) => key)).toEqual(["m/progress"]);
    queue.committed();
    expect(state.relaxedPending).toBe(false);
    expect(state.counter).toBe(2);
  });
});
