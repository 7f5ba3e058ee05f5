import * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { clientOf } from "./editor-client.ts";
import { crdt } from "./crdt.ts";
import type { Edit, EditorClaim } from "../../core/entry-document.ts";
import { decodeState } from "./generations/document-state.ts";
import { increment } from "./counter.ts";
import { SeededRandom } from "../../simulation/random.ts";
import type { Origin } from "../../core/node-id.ts";

const { documents } = crdt({ fields: { body: "text", likes: "counter" } });

type Change = (document: Y.Doc, i: number) => void;

/** One opening of a store, which edits under dots of its own. */
class Opening {
  readonly #origin: Origin;
  readonly #isEverywhere: (() => boolean) | undefined;
  #seq = 0;
  #claim: EditorClaim | undefined;

  /** @param isEverywhere whether all who count hold a write: by default at once; null: nobody can know. */
  constructor(n: number, isEverywhere: (() => boolean) | null = () => true) {
    this.#isEverywhere = isEverywhere ?? undefined;
    this.#origin = (n + 1).toString(16).padStart(16, "0") as Origin;
  }

  edit(state: Uint8Array | undefined, edit: Edit): Uint8Array {
    const outcome = edit(
      state === undefined ? [] : [state],
      { origin: this.#origin, seq: ++this.#seq },
      this.#claim,
      this.#isEverywhere,
    );
    this.#claim = outcome.claim;
    return outcome.state;
  }
}

/** What an entry takes that shows the same as this one, and was written once. */
function freshSize(state: Uint8Array): number {
  return new Opening(99).edit(undefined, documents.assign("n", documents.show([state]))).length;
}

/** What an opening's edits leave, each of them a write. */
function written(opening: Opening, state: Uint8Array | undefined, edits: number, change: Change): Uint8Array {
  let last = state;
  for (let i = 0; i < edits; i++)
    last = opening.edit(
      last,
      documents.edit((document) => change(document, i)),
    );
  return last!;
}

/** What editors leave that edit by turns. Their documents stay open, as to open one for each edit takes minutes. */
function byTurns(editors: number, edits: number, change: Change, editsATurn = 1): Uint8Array {
  const all = Array.from({ length: editors }, (_, n) => {
    const document = new Y.Doc();
    document.clientID = clientOf({ origin: (n + 1).toString(16).padStart(16, "0") as Origin, seq: 1 });
    return document;
  });
  for (const document of all)
    document.on("update", (update, origin) => {
      if (origin === "turn") for (const other of all) if (other !== document) Y.applyUpdate(other, update);
    });
  for (let i = 0; i < edits; i++) {
    const editor = all[Math.floor(i / editsATurn) % editors]!;
    editor.transact(() => change(editor, i), "turn");
  }
  return new Opening(50).edit(
    Y.encodeStateAsUpdateV2(all[0]!),
    documents.edit(() => undefined),
  );
}

const CHANGES: readonly (readonly [string, Change])[] = [
  ["a value", (document, i) => void document.getMap("metadata").set("status", `s${i % 7}`)],
  ["a counter", (document) => increment(document, "likes")],
  [
    "a text that grows",
    (document) => {
      const text = document.getText("body");
      text.insert(text.length, "ab ");
    },
  ],
];

describe.each(CHANGES)("10,000 edits of %s take less than 10 times what it shows", (_name, change) => {
  it("by one replica", () => {
    const state = written(new Opening(1), undefined, 10_000, change);
    expect(state.length).toBeLessThan(10 * freshSize(state));
  });

  it("by three in turn", () => {
    const state = byTurns(3, 10_000, change);
    expect(state.length).toBeLessThan(10 * freshSize(state));
  });
});

/** Letters that somebody writes before somebody else does. */
const BURST = 30;

/** Someone who writes on somewhere else after each burst, and takes a tenth of them back. */
function writesHereAndThere(): Change {
  const random = new SeededRandom(1);
  let at = 0;
  return (document, i) => {
    const text = document.getText("body");
    at = i % BURST === 0 ? random.integer(0, text.length) : Math.min(at, text.length);
    if (i % 10 === 9 && at > 0) text.delete(--at, 1);
    else text.insert(at++, "x");
  };
}

it.each([1, 3])(
  "10,000 edits of a text as people write it, by %i, take less than 10 times what it shows",
  (editors) => {
    const state = byTurns(editors, 10_000, writesHereAndThere(), BURST);
    expect(state.length).toBeLessThan(10 * freshSize(state));
  },
);

/** Edits at places that have nothing to do with each other: to Yjs each is a history of its own. */
function scattered(length: number): Change {
  const random = new SeededRandom(2);
  return (document) => {
    const text = document.getText("body");
    const grows = text.length < length && (text.length === 0 || random.chance(0.6));
    if (grows) text.insert(random.integer(0, text.length), "x");
    else text.delete(random.integer(0, text.length - 1), 1);
  };
}

describe("10,000 scattered edits take less than 10 times what the document shows, as a new generation leaves them behind (C11)", () => {
  it.each([
    [1, 100],
    [3, 2000],
  ])("by %i, of a text of some %i letters", (editors, length) => {
    const openings = Array.from({ length: editors }, (_, n) => new Opening(n + 1));
    const change = scattered(length);
    let state: Uint8Array | undefined;
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      state = written(openings[i % editors]!, state, 1, change);
      if (i > 5_000) most = Math.max(most, state.length / freshSize(state));
    }
    expect(most).toBeLessThan(10);
  });

  it("but not before all who count hold the cut: until then it is kept beside what comes after", () => {
    const [opening, waiting] = [new Opening(1), new Opening(2, () => false)];
    const change = scattered(100);
    const bounded = written(opening, undefined, 2000, change);
    const held = written(waiting, undefined, 2000, scattered(100));
    expect(decodeState(held).cuts).toHaveLength(1);
    expect(decodeState(held).generation).toBe(0);
    expect(held.length).toBeGreaterThan(2 * bounded.length);
  });
});

it("no cut is proposed where nobody can know when all hold it: it would be kept for ever (C11, T7)", () => {
  const state = written(new Opening(1, null), undefined, 2000, scattered(100));
  expect(decodeState(state)).toMatchObject({ generation: 0, cuts: [] });
  expect(state.length).toBeGreaterThan(10 * freshSize(state));
});

it("edits cost what one does if one opening of a store makes them, and some bytes each if each has another, until the history ends (C2, C11)", () => {
  const set: Change = (document, i) => void document.getMap("metadata").set("status", i % 2);
  const [one, many] = [1, 300].map((edits) => written(new Opening(1), undefined, edits, set).length) as [
    number,
    number,
  ];
  expect(many).toBeLessThan(one + 20);
  let state: Uint8Array | undefined;
  for (let i = 0; i < 300; i++) state = written(new Opening(i), state, 1, set);
  expect(state!.length).toBeLessThan(1200);
  state = undefined;
  for (let i = 0; i < 300; i++) state = written(new Opening(i, () => false), state, 1, set);
  expect(state!.length).toBeGreaterThan(300 * 8);
  expect(state!.length).toBeLessThan(300 * 32);
});
