import * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { hexOf, mutateBytes, sampleOf } from "../../fuzzing/byte-mutation.fixture.ts";
import { SAID_STRUCTS, updateFault } from "./update-fault.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";

/** What a document says that is edited so, one update for each edit. */
function updatesOf(...edits: ((document: Y.Doc) => unknown)[]): Uint8Array[] {
  const document = new Y.Doc();
  document.clientID = 1;
  const updates: Uint8Array[] = [];
  document.on("updateV2", (update: Uint8Array) => updates.push(update));
  for (const edit of edits) document.transact(() => edit(document));
  return updates;
}

const HONEST = updatesOf(
  (document) => document.getText("t").insert(0, "hello"),
  (document) => document.getText("t").delete(1, 2),
  (document) => document.getText("t").insert(3, "bold", { bold: true }),
  (document) => document.getMap("m").set("nested", { a: [1, null, "é"] }),
  (document) => document.getMap("m").set("part", new Y.Doc()),
  (document) => document.getXmlFragment("page").insert(0, [new Y.XmlElement("p")]),
);

describe("an update of a shared document (P8)", () => {
  it("is taken as documents make it, also without what came before", () => {
    expect(HONEST.map((update) => updateFault(update, SAID_STRUCTS))).toEqual(HONEST.map(() => undefined));
    expect(updateFault(Y.mergeUpdatesV2([HONEST[0]!, HONEST[3]!]), SAID_STRUCTS)).toBeUndefined();
  });

  it("is refused where it is none, would pollute a prototype, or says more than its bytes can pay for", () => {
    const [polluting] = updatesOf((document) => document.getMap("m").set("__proto__", 1));
    const [nested] = updatesOf((document) => document.getMap("m").set("a", JSON.parse('{"__proto__":{"x":1}}')));
    expect(updateFault(polluting!, SAID_STRUCTS)).toBe("a key __proto__");
    expect(updateFault(nested!, SAID_STRUCTS)).toBe("a value that is no plain one");
    for (const bytes of [[], [0], [1, 2, 3], new Uint8Array(100).fill(255)])
      expect(updateFault(Uint8Array.from(bytes), SAID_STRUCTS)).toBe("no update of Yjs");
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    a.on("updateV2", (update, origin) => origin === "own" && Y.applyUpdateV2(b, update));
    b.on("updateV2", (update, origin) => origin === "own" && Y.applyUpdateV2(a, update));
    for (let i = 0; i < 10_000; i++) {
      const editor = i % 2 ? a : b;
      editor.transact(() => editor.getMap("m").set("n", 1), "own");
    }
    const many = Y.encodeStateAsUpdateV2(a);
    expect(updateFault(many, SAID_STRUCTS)).toMatch(/^more than \d+ structs$/);
    expect(updateFault(many, 10_000)).toBeUndefined();
  });

  const corpus = HONEST.map((update) => sampleOf(update, (bytes) => Y.decodeUpdateV2(bytes)));
  fuzz("updates", {
    inputs: 3_000,
    generate: (random) => mutateBytes(random, corpus),
    check: (bytes) => {
      if (updateFault(bytes, SAID_STRUCTS) !== undefined) return;
      const document = new Y.Doc();
      Y.applyUpdateV2(document, bytes);
      for (const name of ["t", "m", "page"]) document.share.get(name);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    },
    print: hexOf,
  });
});
