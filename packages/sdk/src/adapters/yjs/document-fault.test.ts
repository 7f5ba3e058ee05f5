import * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { hexOf, mutateBytes, sampleOf } from "../../fuzzing/byte-mutation.fixture.ts";
import { crdt, crdtWith } from "./crdt.ts";
import { type Cut, decodeState, encodeState } from "./generations/document-state.ts";
import { documentFault, MAX_DOCUMENT_STRUCTS } from "./document-fault.ts";
import type { Origin } from "../../core/node-id.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";

const { documents } = crdt({ fields: { body: "text", tags: "list", likes: "counter" } });

function stateOf(...edits: ((document: Y.Doc) => unknown)[]): Uint8Array {
  const document = new Y.Doc();
  for (const [i, edit] of edits.entries()) {
    document.clientID = 1 + i;
    document.transact(() => edit(document));
  }
  return Y.encodeStateAsUpdateV2(document);
}

const typed = (document: Y.Doc): void => document.getText("body").insert(0, "hello");

/** Documents as replicas make them. */
const GOOD: readonly Uint8Array[] = [
  stateOf(() => undefined),
  stateOf(typed),
  stateOf(typed, (document) => document.getText("body").delete(1, 2)),
  stateOf((document) => document.getMap("metadata").set("nested", { a: [1, null, "é"], b: { c: true } })),
  stateOf(
    (document) => document.getArray("tags").push(["a", "b"]),
    (document) => document.getArray("tags").insert(1, ["c"]),
    (document) => document.getMap("metadata").set("deep", new Y.Map([["list", new Y.Array()]])),
    (document) => document.getText("body").insert(0, "bold", { bold: true }),
    (document) => document.getMap("metadata").delete("deep"),
    (document) => document.getMap("likes").set("5", 3),
    (document) => document.getXmlFragment("page").insert(0, [new Y.XmlElement("p")]),
    (document) => document.getMap("metadata").set("bytes", new Uint8Array(5)),
  ),
];

/** A document that is renewed as soon as it may be: after an odd number of edits it has a cut. */
function renewed(edits: number): Uint8Array {
  const { documents: restless } = crdtWith({ fields: { body: "text" } }, () => true);
  let state: Uint8Array | undefined;
  for (let i = 1; i <= edits; i++)
    state = restless.edit((document) => document.getText("body").insert(0, `${i} `))(
      state === undefined ? [] : [state],
      { origin: "00000000000000aa" as Origin, seq: i },
      undefined,
      () => i % 2 === 0,
    ).state;
  return state!;
}

/** What such documents hold. */
const RENEWED: readonly Uint8Array[] = [1, 2, 3, 6, 7].map(renewed);

/** So many edits of one value by two in turn, which Yjs says in a few bytes. */
function contended(structs: number): Uint8Array {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  a.on("update", (update, origin) => origin === "own" && Y.applyUpdate(b, update));
  b.on("update", (update, origin) => origin === "own" && Y.applyUpdate(a, update));
  for (let i = 0; i < structs; i++)
    (i % 2 ? a : b).transact(() => (i % 2 ? a : b).getMap("metadata").set("n", 1), "own");
  return Y.encodeStateAsUpdateV2(a);
}

describe("the state of a document (P8)", () => {
  it("is taken as replicas make it", () => {
    const states = [...GOOD, ...RENEWED];
    expect(states.map(documentFault)).toEqual(states.map(() => undefined));
    expect(documents.show([RENEWED[4]!])).toMatchObject({ body: "7 6 5 4 3 2 1 " });
  });

  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
  const withProto = JSON.parse('{"__proto__":{"polluted":true}}') as object;
  const whole = new Y.Doc();
  typed(whole);
  const vector = Y.encodeStateVector(whole);
  whole.getText("body").insert(5, "!");

  it.each<[string, () => Uint8Array, string]>([
    ["nothing", () => new Uint8Array(), "no update"],
    ["noise", () => Uint8Array.from({ length: 200 }, (_, i) => (i * 37) % 256), "no update"],
    ["only what came last", () => Y.encodeStateAsUpdateV2(whole, vector), "a gap"],
    ["too many bytes", () => new Uint8Array(256 * 1024 + 1), "bytes"],
    ["too many structs", () => contended(MAX_DOCUMENT_STRUCTS + 2), "structs"],
    ["a document within", () => stateOf((document) => document.getMap("metadata").set("d", new Y.Doc())), "within"],
    ["a value too deep", () => stateOf((document) => document.getMap("metadata").set("d", deep(40))), "plain"],
    ["a prototype", () => stateOf((document) => document.getMap("metadata").set("d", withProto)), "plain"],
    ["a later generation without its dot", () => Uint8Array.of(1, 1, 0, 0), "no state"],
    ["a cut that is none", () => encodeState({ ...decodeState(RENEWED[0]!), cuts: cutsOf([9, 9]) }), "no update"],
    [
      "what goes on from another cut",
      () => encodeState({ ...decodeState(RENEWED[4]!), cuts: cutsOf(GOOD[1]!) }),
      "hold",
    ],
    ["a key __proto__", () => stateOf((document) => document.getMap("metadata").set("__proto__", 1)), "__proto__"],
  ])("is refused as %s", (_name, make, reason) => {
    expect(documentFault(make())).toContain(reason);
  });

  it("is not read for ever where a run-length says that the last struct comes again and again", () => {
    const bomb = encodeBomb();
    expect(documentFault(bomb)).toContain("structs");
    expect(bomb.length).toBeLessThan(60);
  });

  it("may hold as many edits of one value as are allowed, and is shown", () => {
    const state = contended(2000);
    expect(documentFault(state)).toBeUndefined();
    expect(documents.show([state])).toMatchObject({ n: 1 });
  });
});

/** 2^40 structs of one byte each, none of which takes a byte: they are all like the first. */
function encodeBomb(): Uint8Array {
  const encoder = new Y.UpdateEncoderV2();
  // The deleted structs of one client.
  encoder.writeClient(1);
  encoder.writeInfo(0);
  encoder.writeLen(1);
  const rest = encoder.restEncoder;
  for (const uint of [1, 2 ** 40]) writeUint(rest, uint);
  writeUint(rest, 0);
  writeUint(rest, 0);
  return encoder.toUint8Array();
}

function writeUint(encoder: Y.UpdateEncoderV2["restEncoder"], value: number): void {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push(128 | (left % 128));
  bytes.push(left);
  for (const byte of bytes) encoder.cbuf[encoder.cpos++] = byte;
}

function cutsOf(state: Iterable<number>): Cut[] {
  return [{ by: { origin: "00000000000000aa" as Origin, seq: 1 }, state: Uint8Array.from(state) }];
}

const SAMPLES = [...GOOD, ...RENEWED].map((bytes) => sampleOf(bytes, documentFault));

fuzz("what is taken can be shown, alone and with another, and what cannot is refused without harm", {
  inputs: 2_000,
  generate: (random) => mutateBytes(random, SAMPLES),
  check: (bytes) => {
    if (documentFault(bytes) !== undefined) return;
    const alone = documents.show([bytes]);
    if (JSON.stringify(alone) === undefined) throw new Error("it shows no JSON");
    for (const other of [GOOD[4]!, ...RENEWED]) documents.show([bytes, other]);
    const dot = { origin: "00000000000000bb" as Origin, seq: 1 };
    for (const isEverywhere of [true, false])
      documents.edit((document) => document.getText("body").insert(0, "x"))(
        [bytes],
        dot,
        undefined,
        () => isEverywhere,
      );
  },
  print: hexOf,
});
