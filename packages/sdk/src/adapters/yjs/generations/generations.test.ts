import * as Y from "yjs";
import { describe, expect, it } from "vitest";
import { holdsCut, isKnown, asC11Says, type Replica, room, type Rule, settle } from "./generation-lab.fixture.ts";
import { clientOf } from "../editor-client.ts";
import { decodeState, type DocumentState, encodeState, type Folded, REMEMBERED_GENERATIONS } from "./document-state.ts";
import { edited } from "./edited-document.ts";
import fc from "fast-check";
import { newDocument } from "./new-document.ts";
import { OpenedGeneration } from "./opened-generation.ts";
import type { Origin } from "../../../core/node-id.ts";
import { SeededRandom } from "../../../simulation/random.ts";
import { withDocument } from "./merged-document.ts";

const shown = (document: Y.Doc): unknown => [
  document.getText("body").toDelta() as unknown,
  document.getArray("tags").toJSON(),
  document.getMap("metadata").toJSON(),
  document.getXmlFragment("page").toJSON(),
];

/** Without the runs of its formatting, and values, of which another may stay where they were written at once. */
const plain = (document: Y.Doc): unknown => [
  document.getText("body").toJSON(),
  document.getArray("tags").toJSON(),
  document.getXmlFragment("page").toJSON(),
];

/** What a user may do; every edit leaves a mark that nothing takes away. */
function change(document: Y.Doc, n: number, random: SeededRandom): void {
  const [body, tags, values, page] = [
    document.getText("body"),
    document.getArray("tags"),
    document.getMap("metadata"),
    document.getXmlFragment("page"),
  ];
  document.getMap("marks").set(String(n), n);
  const at = random.integer(0, body.length);
  const edit = random.pick([
    "type",
    "erase",
    "bold",
    "tag",
    "untag",
    "set",
    "unset",
    "nest",
    "within",
    "paragraph",
  ] as const);
  if (edit === "type") body.insert(at, `<${n}>`);
  if (edit === "erase" && body.length > at) body.delete(at, Math.min(3, body.length - at));
  if (edit === "bold" && body.length > at)
    body.format(at, Math.min(4, body.length - at), { bold: random.chance(0.5) || null });
  if (edit === "tag") tags.insert(random.integer(0, tags.length), [`t${n}`]);
  if (edit === "untag" && tags.length > 0) tags.delete(random.integer(0, tags.length - 1));
  if (edit === "set") values.set(random.pick(["a", "b"]), n);
  if (edit === "unset") values.delete(random.pick(["a", "b"]));
  if (edit === "nest") values.set("nested", new Y.Map([["list", new Y.Array()]]));
  const nested = values.get("nested");
  if (edit === "within" && nested instanceof Y.Map) (nested.get("list") as Y.Array<number>).push([n]);
  if (edit === "paragraph") page.insert(0, [new Y.XmlElement("p")]);
}

const ascending = (a: number, b: number): number => a - b;

function sorted(value: unknown): unknown {
  return JSON.stringify(value).split("").sort().join("");
}

describe("generations of a document (C11)", () => {
  it("lose no edit, show none twice, and the same everywhere, whoever edits and hears what when", () => {
    let renewals = 0;
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 30 }), fc.integer({ min: 2, max: 4 }), (seed, size) => {
      const random = new SeededRandom(seed);
      const replicas = room(size);
      for (let n = 0; n < 60; n++) {
        const replica = random.pick(replicas);
        if (random.chance(0.5)) replica.edit((document) => change(document, n, random));
        else replica.hear(random.pick(replica.others));
      }
      settle(replicas);
      const [first, ...others] = replicas.map((replica) => replica.show(shown));
      for (const other of others) expect(other).toEqual(first);
      renewals += Math.max(...replicas[0]!.siblings.map(({ state }) => decodeState(state).generation));
    });
    fc.assert(property, { numRuns: 60 });
    expect(renewals).toBeGreaterThan(60);
  });

  it("keep every mark and every word that nobody erased", () => {
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 30 }), fc.integer({ min: 2, max: 4 }), (seed, size) => {
      const random = new SeededRandom(seed);
      const replicas = room(size);
      const written: string[] = [];
      for (let n = 0; n < 60; n++) {
        const replica = random.pick(replicas);
        if (random.chance(0.6))
          replica.edit((document) => {
            written.push(`<${n}>`);
            const body = document.getText("body");
            // Between words, so that they stay whole.
            const words = body.toJSON().length === 0 ? 0 : random.integer(0, body.toJSON().split(">").length - 1);
            const at = body.toJSON().split(">").slice(0, words).join(">").length + Math.min(words, 1);
            body.insert(Math.min(at, body.length), `<${n}>`);
            document.getArray("tags").insert(0, [n]);
            document.getMap("metadata").set(`k${n % 5}`, n);
          });
        else replica.hear(random.pick(replica.others));
      }
      settle(replicas);
      const [text, tags, keys] = replicas[0]!.show((document) => [
        document.getText("body").toJSON(),
        document.getArray("tags").toJSON() as number[],
        [...document.getMap("metadata").keys()],
      ]);
      expect((text.match(/<\d+>/g) ?? []).sort()).toEqual(written.sort());
      expect(tags).toHaveLength(written.length);
      expect(new Set(tags).size).toBe(written.length);
      expect(new Set(keys)).toEqual(new Set(written.map((word) => `k${Number(word.slice(1, -1)) % 5}`)));
    });
    fc.assert(property, { numRuns: 40 });
  });

  const whatIsTakenStaysAway = (rule: Rule): fc.IProperty<[number]> =>
    fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
      const random = new SeededRandom(seed);
      const replicas = room(3, rule);
      const there = new Set<number>();
      for (let n = 0; n < 60; n++) {
        const replica = random.pick(replicas);
        if (random.chance(0.5)) replica.hear(random.pick(replica.others));
        else
          replica.edit((document) => {
            const tags = document.getArray<number>("tags");
            if (tags.length > 3) {
              const at = random.integer(0, tags.length - 1);
              there.delete(tags.get(at));
              tags.delete(at);
            } else {
              there.add(n);
              tags.insert(random.integer(0, tags.length), [n]);
            }
          });
      }
      settle(replicas);
      const shownTags = replicas[0]!.show((document) => document.getArray<number>("tags").toArray());
      expect(shownTags.sort(ascending)).toEqual([...there].sort(ascending));
    });

  it("keep away what was taken away", () => {
    fc.assert(whatIsTakenStaysAway(asC11Says), { numRuns: 60 });
  });

  it.each<[string, Rule]>([
    ["all hold the cut", isKnown],
    ["all that they hold is known", holdsCut],
  ])("do not, if one is begun before %s", (_name, rule) => {
    expect(fc.check(whatIsTakenStaysAway(rule), { numRuns: 500 }).failed).toBe(true);
  });

  it("keep the values of keys that nobody deletes, where a document is open too", () => {
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
      const random = new SeededRandom(seed);
      const replicas = room(3);
      const host = replicas[0]!;
      const open = newDocument();
      const opened = new OpenedGeneration(open);
      const set = (document: Y.Doc): unknown =>
        document.getMap("metadata").set(random.pick(["a", "b"]), random.integer(0, 9));
      const keys = (document: Y.Doc): string[] => [...document.getMap("metadata").keys()].sort();
      const read = (): boolean =>
        opened.follow(
          host.siblings.map(({ state }) => state),
          Symbol("store"),
        );
      for (let n = 0; n < 60; n++) {
        const replica = random.pick(replicas);
        if (n < 2) host.edit((document) => document.getMap("metadata").set(["a", "b"][n]!, n));
        else if (n === 2) for (const other of host.others) other.hear(host);
        else if (random.chance(0.3)) {
          set(open);
          host.write(opened);
        } else if (random.chance(0.5)) replica.edit(set);
        else replica.hear(random.pick(replica.others));
        read();
        for (const each of n < 2 ? [] : replicas) expect(each.show(keys)).toEqual(["a", "b"]);
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("hold what a deletion took of an earlier one", () => {
    const [a, b] = room(2) as [Replica, Replica];
    a.edit((document) => document.getText("body").insert(0, "one two three"));
    b.hear(a);
    b.edit((document) => document.getText("body").delete(4, 4));
    a.edit((document) => document.getText("body").insert(13, " four"));
    a.hear(b);
    a.edit(() => undefined);
    expect(a.show((document) => document.getText("body").toJSON())).toBe("one three four");
  });

  it("an open document follows its entry through generations, and its own edits go with them", () => {
    const property = fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
      const random = new SeededRandom(seed);
      const replicas = room(3);
      const host = replicas[0]!;
      const open = newDocument();
      open.clientID = 4096;
      const opened = new OpenedGeneration(open);
      host.edit((document) => document.getText("body").insert(0, "begin "));
      const read = (): boolean =>
        opened.follow(
          host.siblings.map(({ state }) => state),
          Symbol("store"),
        );
      expect(read()).toBe(true);
      for (let n = 0; n < 80; n++) {
        const replica = random.pick(replicas);
        if (random.chance(0.3)) {
          open.transact(() => change(open, n, random));
          host.write(opened);
        } else if (random.chance(0.5)) replica.edit((document) => change(document, n, random));
        else replica.hear(random.pick(replica.others));
        if (random.chance(0.7) || replica === host) expect(read()).toBe(true);
      }
      settle(replicas);
      read();
      host.write(opened);
      read();
      settle(replicas);
      // What was written at one place at once may stand the other way round where an earlier generation is open (GUARANTEES.md).
      expect(sorted(plain(open))).toEqual(sorted(host.show(plain)));
      expect(replicas[1]!.show(shown)).toEqual(host.show(shown));
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("an open document has what others put into the cuts that it wrote, read or not", () => {
    const open = newDocument();
    open.clientID = 4096;
    const opened = new OpenedGeneration(open);
    const origin = Symbol("store");
    const edit = (states: readonly DocumentState[], seq: number, text: string, isBloated: boolean): DocumentState => {
      const dot = { origin: "0000000000000001" as Origin, seq };
      const occasion = { dot, isEverywhere: () => true, isBloated: () => isBloated };
      const { state } = edited(states, occasion, (document) => {
        document.clientID = clientOf(dot);
        document.getText("body").insert(0, text);
        return { changed: true, claim: undefined };
      });
      return decodeState(state);
    };
    let last = edit([], 1, ".", false);
    opened.follow([encodeState(last)], origin);
    for (let seq = 2; seq < 20; seq += 3) {
      const unread = edit([last], seq, `${seq} `, false);
      const written = edit([unread, opened.state()], seq + 1, "", true);
      opened.noteWritten(encodeState(written));
      last = edit([written], seq + 2, `${seq + 2} `, false);
      expect(opened.follow([encodeState(last)], origin)).toBe(true);
    }
    expect(open.getText("body").toJSON()).toBe("19 17 16 14 13 11 10 8 7 5 4 2 .");
  });

  it("follow a name through no more generations than are remembered, however many a state tells of (P8)", () => {
    const old = newDocument();
    old.clientID = 256;
    old.getText("body").insert(0, "x".repeat(100));
    const folded = new Map<number, Folded>();
    for (let client = 256; folded.size < 50; client++) folded.set(client, { clock: 1, generation: 0 });
    const renewedBy = { origin: "0000000000000001" as Origin, seq: 1 };
    const empty = Y.encodeStateAsUpdateV2(newDocument());
    const states = [
      Y.encodeStateAsUpdateV2(old),
      encodeState({ generation: 1, renewedBy, folded, cuts: [], update: empty }),
    ];
    expect(withDocument(states, (document) => document.getText("body").length)).toBe(99 - REMEMBERED_GENERATIONS);
  });

  it("an edit is not refused for cuts beside the first: they go where there is no room for them", () => {
    const [a, b] = room(2) as [Replica, Replica];
    const holding = (replica: Replica, key: string, kib: number): void =>
      replica.edit((document) => document.getMap("metadata").set(key, new Uint8Array(kib * 1024)));
    holding(a, "a", 150);
    holding(b, "b", 60);
    a.hear(b);
    a.edit((document) => document.getMap("metadata").set("c", 1));
    expect(a.siblings.map(({ state }) => decodeState(state).cuts.length)).toEqual([1]);
    b.hear(a);
    expect(b.show((document) => [...document.getMap("metadata").keys()].sort())).toEqual(["a", "b", "c"]);
  });
});
