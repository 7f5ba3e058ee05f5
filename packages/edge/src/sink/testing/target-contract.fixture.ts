import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "@vecmesh/sdk";
import type { SinkEntry, SinkPosition, SinkTarget } from "../sink-target.ts";

/** The target under test, and how to look into it. */
export interface TargetSubject {
  readonly name: string;
  /** A target over one and the same database at every call. */
  readonly open: () => Promise<SinkTarget>;
  /** What it holds of a room, by id. */
  readonly read: (room: string) => Promise<ReadonlyMap<string, HeldEntry>>;
}

export interface HeldEntry {
  readonly vector: readonly number[];
  readonly metadata: JsonObject;
  readonly timestamp: number;
  /** Changes with every write to it. */
  readonly writing: string;
}

const OWNER = "an owner";
/** The greatest id there is, in characters that SQL, arrays and JSON each write in their own way. */
const ODD_ID = `"'\\{},() %$1\n\t\u{1f600}é`.padEnd(480, "x");

const entry = (id: string, components: Iterable<number> = [1, 2], metadata: JsonObject = {}): SinkEntry => ({
  id,
  vector: Float32Array.from(components),
  metadata,
  timestamp: 1_700_000_000_123,
});

/** What every target must do. */
export function targetContract({ name, open, read }: TargetSubject): void {
  describe(`sink target contract: ${name}`, () => {
    async function opened(room: string = randomUUID()): Promise<{
      readonly target: SinkTarget;
      readonly room: string;
      readonly step: (
        puts: readonly SinkEntry[],
        deletes?: readonly string[],
        position?: SinkPosition,
      ) => Promise<void>;
    }> {
      const target = await open();
      await target.prepare();
      await target.claim(room, OWNER);
      const step = (
        puts: readonly SinkEntry[],
        deletes: readonly string[] = [],
        position: SinkPosition = { checkpoint: "1" },
      ): Promise<void> => target.apply(room, OWNER, { puts, deletes, position });
      return { target, room, step };
    }

    test("a room that was never fed has no position, and then the last one that was applied, also in another opening", async () => {
      const { target, room, step } = await opened();
      expect(await target.claim(room, OWNER)).toBeUndefined();
      await step([], [], { checkpoint: "a", sweptTo: "" });
      expect(await target.claim(room, OWNER)).toEqual({ checkpoint: "a", sweptTo: "" });
      await step([], [], { checkpoint: "b", sweptTo: "x\0y" });
      await target.close();
      const again = await opened(room);
      expect(await again.target.claim(room, OWNER)).toEqual({ checkpoint: "b", sweptTo: "x\0y" });
      await again.step([], [], { checkpoint: "c" });
      expect(await again.target.claim(room, OWNER)).toEqual({ checkpoint: "c" });
    });

    test("may be prepared by several at once, and again", async () => {
      const targets = await Promise.all([open(), open(), open()]);
      const facts = await Promise.all(targets.map((target) => target.prepare()));
      expect(await open().then((target) => target.prepare())).toEqual(facts[1]);
    });

    test("entries are put, replaced and deleted, and what is applied again writes nothing", async () => {
      const { room, step } = await opened();
      await step([entry("a"), entry("b"), entry("c")]);
      await step([entry("a", [3, 4], { changed: true })], ["b", "never there"]);
      const held = await read(room);
      expect([...held.keys()].sort()).toEqual(["a", "c"]);
      expect(held.get("a")).toMatchObject({
        vector: [3, 4],
        metadata: { changed: true },
        timestamp: 1_700_000_000_123,
      });
      await step([entry("a", [3, 4], { changed: true }), entry("c")], ["b"]);
      expect(await read(room)).toEqual(held);
    });

    test("whatever of an entry changes is written", async () => {
      const { room, step } = await opened();
      const first = entry("a", [0, 1], { n: 1 });
      const changes: readonly SinkEntry[] = [
        { ...first, metadata: { n: 2 } },
        { ...first, vector: Float32Array.of(-0, 1) },
        { ...first, vector: Float32Array.of(-0, 1, 2) },
        { ...first, timestamp: first.timestamp + 1 },
      ];
      await step([first]);
      const writings = new Set([(await read(room)).get("a")!.writing]);
      for (const change of changes) {
        await step([change]);
        const held = (await read(room)).get("a")!;
        expect(held).toMatchObject({
          vector: [...change.vector],
          metadata: change.metadata,
          timestamp: change.timestamp,
        });
        writings.add(held.writing);
      }
      expect(writings.size).toBe(1 + changes.length);
    });

    test("vectors of any length are held to the bit, side by side", async () => {
      const { room, step } = await opened();
      const vectors = {
        one: [1],
        extreme: [1.401298464324817e-45, 3.4028234663852886e38, -3.4028234663852886e38, -0, 0, 1.1754943508222875e-38],
        fractions: Float32Array.from({ length: 384 }, (_, i) => Math.sin(i + 1)),
        longest: Float32Array.from({ length: 65_536 }, (_, i) => Math.cos(i + 1)),
      };
      await step(Object.entries(vectors).map(([id, vector]) => entry(id, vector)));
      const held = await read(room);
      for (const [id, vector] of Object.entries(vectors))
        expect(held.get(id)!.vector).toEqual([...Float32Array.from(vector)]);
    });

    test("metadata is held as it is, whatever JSON it is", async () => {
      const { room, step } = await opened();
      const metadata = {
        "": null,
        "a\0b": ["\ud800", "\udc00x", "\uffff", "\\u0000", "\ud83d\ude00", `"'\\`],
        "\uffffffff": "\uffff0000",
        numbers: [1e308, 5e-324, 0.1, -1, 9_007_199_254_740_992, true],
        nested: { a: { b: [{ c: {} }] } },
      };
      await step([entry("a", [1], metadata), entry("plain", [1], { text: "é" })]);
      expect((await read(room)).get("a")!.metadata).toEqual(metadata);
    });

    test("ids are told apart whatever characters they have", async () => {
      const { target, room, step } = await opened();
      const ids = [
        ODD_ID,
        "a",
        "A",
        "a ",
        "a\0",
        "a\0\0",
        "\uffff",
        "\uffff0000",
        "\0",
        "é",
        "e\u0301",
        "\ud83d\ude00",
      ];
      await step(ids.map((id) => entry(id)));
      expect([...(await read(room)).keys()].sort()).toEqual([...ids].sort());
      const paged: string[] = [];
      for (let page: readonly string[] = [""]; page.length > 0; paged.push(...page))
        page = await target.idsAfter(room, paged.at(-1) ?? "", 5);
      expect(new Set(paged)).toEqual(new Set(ids));
      expect(paged.length).toBe(ids.length);
      await step([], ids.slice(1));
      expect([...(await read(room)).keys()]).toEqual([ODD_ID]);
    });

    test("the longest ids are held, however they are made", async () => {
      const { room, step } = await opened();
      // Not to be compressed: 512 characters of a byte in no order, half of them such as a database does not hold.
      const mixed = Array.from({ length: 512 }, (_, i) => {
        const drawn = Math.floor(Math.abs(Math.sin(i + 1)) * 1e6) % 180;
        return drawn < 90 ? "\0" : String.fromCharCode(drawn - 50);
      }).join("");
      const ids = ["\0".repeat(512), mixed, "\uffff".repeat(170), "é".repeat(256), "x".repeat(512)];
      await step(ids.map((id) => entry(id)));
      expect([...(await read(room)).keys()].sort()).toEqual([...ids].sort());
    });

    test("rooms are kept apart, whatever their names", async () => {
      const [one, other] = [await opened(), await opened(`${randomUUID()} ' " \\ \0 \u{1f600}`)];
      await one.step([entry("a"), entry("b")], [], { checkpoint: "one" });
      await other.step([entry("a", [9])], ["b"], { checkpoint: "other" });
      expect([...(await read(one.room)).keys()].sort()).toEqual(["a", "b"]);
      expect((await read(other.room)).get("a")!.vector).toEqual([9]);
      expect(await one.target.claim(one.room, OWNER)).toEqual({ checkpoint: "one" });
      expect(await one.target.idsAfter(other.room, "", 10)).toEqual(["a"]);
    });

    test.each([Number.NaN, Number.POSITIVE_INFINITY])("a step with the component %d is refused whole", async (bad) => {
      const { target, room, step } = await opened();
      await step([entry("a")], [], { checkpoint: "before" });
      const bitten = step([entry("b"), entry("c", [1, bad])], ["a"], { checkpoint: "after" });
      await expect(bitten).rejects.toMatchObject({ name: "SinkError", code: "refused" });
      expect([...(await read(room)).keys()]).toEqual(["a"]);
      expect(await target.claim(room, OWNER)).toEqual({ checkpoint: "before" });
    });

    test("whoever claims a room takes it over, and the one before changes nothing any more", async () => {
      const { target, room, step } = await opened();
      await step([entry("a")], [], { checkpoint: "1" });
      const other = await open();
      await other.prepare();
      expect(await other.claim(room, "another")).toEqual({ checkpoint: "1" });
      await expect(step([entry("b")], ["a"], { checkpoint: "2" })).rejects.toMatchObject({ code: "taken-over" });
      expect([...(await read(room)).keys()]).toEqual(["a"]);
      await other.apply(room, "another", { puts: [entry("c")], deletes: [], position: { checkpoint: "3" } });
      expect(await target.claim(room, OWNER)).toEqual({ checkpoint: "3" });
    });

    test("times are held from the first to the last that there is", async () => {
      const { room, step } = await opened();
      await step([
        { ...entry("first"), timestamp: 0 },
        { ...entry("last"), timestamp: 2 ** 48 },
      ]);
      const held = await read(room);
      expect([held.get("first")!.timestamp, held.get("last")!.timestamp]).toEqual([0, 2 ** 48]);
    });

    test("a thousand entries go in one step", async () => {
      const { room, step } = await opened();
      const many = Array.from({ length: 1000 }, (_, i) =>
        entry(
          `n${i}`,
          Array.from({ length: 64 }, (_, k) => i / (k + 1)),
          { i },
        ),
      );
      await step(many);
      const held = await read(room);
      expect(held.size).toBe(1000);
      expect(held.get("n999")).toMatchObject({ metadata: { i: 999 }, vector: [...many[999]!.vector] });
      await step([], many.map(({ id }) => id).slice(1));
      expect((await read(room)).size).toBe(1);
    });
  });
}
