import { describe, expect, it } from "vitest";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import { Draft } from "./draft.ts";
import type { DurableState } from "./durable-state.ts";
import { LocalWriter } from "./local-writer.ts";
import type { LocalItem } from "./effects.ts";
import { MAX_CLOCK_SKEW_MS } from "./hybrid-logical-clock.ts";
import type { Origin } from "./node-id.ts";
import { stateOf } from "./replica-state.fixture.ts";
import type { StoredVersion } from "./version.ts";
import { versionFault } from "./version-fault.ts";

const NOW = 1_000_000;
const put = (id: string): LocalItem => ({ kind: "put", id, vector: Float32Array.of(1, 2), metadata: {} });

function origins(): () => ReturnType<typeof originOf> {
  let last = 0x40;
  return () => originOf(++last);
}

/** One transaction, carried out. Returns the keys that it wrote and deleted. */
function commit(state: DurableState, change: (draft: Draft) => void): { puts: string[]; deletes: string[] } {
  const draft = new Draft(state, NOW);
  change(draft);
  const batch = draft.batch(false);
  draft.apply(false, batch !== undefined);
  return { puts: batch?.puts.map(([key]) => key) ?? [], deletes: batch?.deletes ?? [] };
}

function receive(state: DurableState, ...versions: StoredVersion[]): { puts: string[]; deletes: string[] } {
  return commit(state, (draft) => versions.forEach((version) => draft.receive(version)));
}

describe("a transaction in the making", () => {
  it("stores a version with exactly its own dot (S4, S6)", () => {
    const state = stateOf(1);
    const written = receive(state, versionOf({ dot: dotOf(2, 7) }));
    expect(written.puts).toEqual([`v/${originOf(2)}/7`, `c/${originOf(2)}`, "m/progress"]);
    expect([...state.context.origins]).toEqual([[originOf(2), [7, 7]]]);
  });

  it("deletes what is replaced, and notes the dot of what arrives dominated without storing it (S1)", () => {
    const state = stateOf(1);
    const first = versionOf({ dot: dotOf(2, 1) });
    const second = versionOf({ dot: dotOf(3, 1), context: new Map([[originOf(2), 1]]) });
    expect(receive(state, second).deletes).toEqual([]);
    const late = receive(state, first);
    expect(late.puts).toEqual([`c/${originOf(2)}`, "m/progress"]);
    expect(state.context.covers(first.dot)).toBe(true);
    const third = versionOf({
      dot: dotOf(4, 1),
      context: new Map([
        [originOf(2), 1],
        [originOf(3), 1],
      ]),
    });
    expect(receive(state, third).deletes).toEqual([`v/${originOf(3)}/1`]);
  });

  it("neither puts nor deletes what comes and goes within it", () => {
    const state = stateOf(1);
    const first = versionOf({ dot: dotOf(2, 1) });
    const second = versionOf({ dot: dotOf(2, 2), context: new Map([[originOf(2), 1]]) });
    const written = receive(state, first, second);
    expect(written.puts).toEqual([`v/${originOf(2)}/2`, `c/${originOf(2)}`, "m/progress"]);
    expect(written.deletes).toEqual([]);
  });

  it("ignores a version that is covered and not held (S1)", () => {
    const state = stateOf(1);
    commit(state, (draft) => draft.joinContext(CausalContext.EMPTY.with([dotOf(2, 1)]), CausalContext.EMPTY));
    expect(receive(state, versionOf({ dot: dotOf(2, 1) }))).toEqual({ puts: [], deletes: [] });
    expect(state.siblings("x")).toEqual([]);
  });

  it("leaves the state alone until it is applied (S7)", () => {
    const state = stateOf(1);
    const draft = new Draft(state, NOW);
    draft.receive(versionOf({ dot: dotOf(2, 1) }));
    expect(draft.siblings("x")).toHaveLength(1);
    expect(state.siblings("x")).toHaveLength(0);
    expect(state.context.isEmpty).toBe(true);
  });

  it("staged anew after a failure gives the same as if it were the first time", () => {
    const state = stateOf(1);
    receive(state, versionOf({ dot: dotOf(2, 1) }));
    const version = versionOf({ dot: dotOf(3, 1), context: new Map([[originOf(2), 1]]) });
    const [failed, again] = [new Draft(state, NOW), new Draft(state, NOW)];
    failed.receive(version);
    again.receive(version);
    expect(again.batch(true)).toEqual(failed.batch(true));
  });

  it("counts visible ids: tombstones hide, live siblings show (C6)", () => {
    const state = stateOf(1);
    receive(state, versionOf({ id: "a", dot: dotOf(2, 1) }), versionOf({ id: "b", dot: dotOf(2, 2) }));
    expect(state.visibleCount).toBe(2);
    const gone = versionOf({ id: "a", dot: dotOf(2, 3), context: new Map([[originOf(2), 1]]), tombstone: true });
    receive(state, gone);
    expect(state.visibleCount).toBe(1);
    receive(state, versionOf({ id: "a", dot: dotOf(5, 1) }));
    expect(state.visibleCount).toBe(2);
  });

  it("keeps a stamp from the future and stamps the write that replaces it after it, without following it (C8)", () => {
    const state = stateOf(1);
    const future = { wallMs: NOW + 10 * MAX_CLOCK_SKEW_MS, counter: 4 };
    const draft = new Draft(state, NOW);
    draft.receive(versionOf({ dot: dotOf(2, 1), hlc: future }));
    expect(draft.skewed).toBe(true);
    const writer = new LocalWriter(origins());
    const [over, beside] = writer.write(draft, [put("x"), put("y")]);
    expect(over!.hlc).toEqual({ ...future, counter: 5 });
    expect(beside!.hlc.wallMs).toBe(NOW);
  });
});

const ROOM = { dimensions: 2, signed: false, conflictResolution: "last-write-wins" };

describe("local writes", () => {
  it("number an origin's writes from 1, and delete only what is there (C2)", () => {
    const draft = new Draft(stateOf(1), NOW);
    const writer = new LocalWriter(origins());
    const made = writer.write(draft, [put("a"), { kind: "delete", id: "none" }, { kind: "delete", id: "a" }]);
    expect(made.map((version) => [version.id, version.dot.seq, version.tombstone])).toEqual([
      ["a", 1, false],
      ["a", 2, true],
    ]);
    expect(made[1]!.context).toEqual(new Map([[made[0]!.dot.origin, 1]]));
  });

  it("take a fresh origin after a failed commit (C2)", () => {
    const writer = new LocalWriter(origins());
    const [lost] = writer.write(new Draft(stateOf(1), NOW), [put("a")]);
    writer.commitFailed();
    const [kept] = writer.write(new Draft(stateOf(1), NOW), [put("a")]);
    expect(kept!.dot.origin).not.toBe(lost!.dot.origin);
    expect(kept!.dot.seq).toBe(1);
  });

  it("never take a dot that a peer claims to know already (C2, P8)", () => {
    const state = stateOf(1);
    const writer = new LocalWriter(origins());
    let first: StoredVersion[] = [];
    commit(state, (draft) => (first = writer.write(draft, [put("a")])));
    const forged = { origin: first[0]!.dot.origin, seq: 2 };
    commit(state, (draft) => draft.joinContext(CausalContext.EMPTY.with([forged]), CausalContext.EMPTY));
    const [second] = writer.write(new Draft(state, NOW), [put("b")]);
    expect(state.context.covers(second!.dot)).toBe(false);
  });

  it("are refused, typed, on an id whose context is full (P8)", () => {
    const context = new Map(Array.from({ length: 65_536 }, (_, n) => [n.toString(16).padStart(16, "0") as Origin, 1]));
    const full = { ...versionOf({ dot: dotOf(0x40, 1), context }), revision: 1, hash: 0 };
    const state = stateOf(1);
    state.setSiblings("x", [full]);
    const writer = new LocalWriter(origins());
    expect(() => writer.write(new Draft(state, NOW), [put("x")])).toThrow(
      expect.objectContaining({ code: "invalid-entry" }),
    );
  });
});

describe("what goes without being dominated", () => {
  it.each([
    ["a write that a repair drops is news to whoever was told of it (S8)", false],
    ["a tombstone that is collected is none (C9)", true],
  ])("%s", (_name, tombstone) => {
    const state = stateOf(1);
    receive(state, versionOf({ dot: dotOf(2, 1), tombstone, vector: Float32Array.of(...(tombstone ? [] : [1, 2])) }));
    const told = state.revision;
    commit(state, (draft) => draft.forget("x", new Set(draft.siblings("x"))));
    expect(state.forgottenRevision > told).toBe(!tombstone);
    expect(state.forgottenRevision).toBeLessThanOrEqual(state.revision);
  });
});

describe("a version that no correct replica makes (P8)", () => {
  const good = versionOf({ dot: dotOf(2, 3), context: new Map([[originOf(2), 2]]) });
  it.each([
    ["a wrong dimension", { vector: Float32Array.of(1, 2, 3) }, "3 dimensions"],
    ["its own dot in its context", { context: new Map([[originOf(2), 3]]) }, "seen itself"],
    ["a counter near 2^53", { hlc: { wallMs: 5, counter: 2 ** 53 - 1 } }, "clock"],
    ["a document in a room of others", { document: { state: new Uint8Array(), vectorAt: good.hlc } }, "a document"],
    ["a wall near 2^53", { hlc: { wallMs: 2 ** 53 - 1, counter: 0 } }, "clock"],
  ])("has %s", (_name, fields, reason) => {
    expect(versionFault({ ...good, ...fields }, ROOM)).toContain(reason);
    expect(versionFault(good, ROOM)).toBeUndefined();
    expect(versionFault({ ...good, tombstone: true, vector: new Float32Array(0) }, ROOM)).toBeUndefined();
  });

  it("has a document in a room of them, which can be one, and no vector newer than itself", () => {
    const room = { ...ROOM, conflictResolution: "crdt:body=text" };
    const documents = { fault: (state: Uint8Array) => (state.length === 0 ? "empty" : undefined) };
    const document = { state: Uint8Array.of(1), vectorAt: good.hlc };
    expect(versionFault(good, room, documents)).toContain("without a document");
    expect(versionFault({ ...good, document }, room, documents)).toBeUndefined();
    expect(versionFault({ ...good, document: { ...document, state: new Uint8Array() } }, room, documents)).toContain(
      "empty",
    );
    const newer = { ...document, vectorAt: { ...good.hlc, counter: good.hlc.counter + 1 } };
    expect(versionFault({ ...good, document: newer }, room, documents)).toContain("newer");
    expect(versionFault({ ...good, tombstone: true, vector: new Float32Array(0) }, room, documents)).toBeUndefined();
  });
});
