import { describe, expect, it } from "vitest";
import { assemble, blobOf, itemsOf, PART_BYTES, partsOf } from "./document-blobs.ts";
import type { ShelvedItem } from "../../core/shelf.ts";

const WRITER = "0123456789abcdef";
const dots = [{ origin: WRITER as never, seq: 1 }];
const shelved = (length: number): ShelvedItem[] =>
  itemsOf({ writer: WRITER, number: 7, upto: 3, update: new Uint8Array(length).map((_, i) => i) }).map((item) => ({
    ...item,
    dots,
  }));

describe("a blob of a document's history", () => {
  it.each([0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES])(
    "of %i bytes is what its parts say together",
    (length) => {
      const items = shelved(length);
      expect(items).toHaveLength(Math.max(1, Math.ceil(length / PART_BYTES)));
      const blob = assemble(`${WRITER}/7`, items.toReversed());
      expect(blob).toMatchObject({ writer: WRITER, number: 7, upto: 3 });
      expect(blob?.update).toEqual(new Uint8Array(length).map((_, i) => i));
      expect(blob?.items.map(({ key }) => blobOf(key))).toEqual(items.map(() => `${WRITER}/7`));
      for (const { data } of items) expect(JSON.stringify(data).length).toBeLessThan(64 * 1024);
    },
  );

  it("is none while a part is missing, or where one is what no document writes (P8)", () => {
    const [first, second] = shelved(PART_BYTES + 1) as [ShelvedItem, ShelvedItem];
    const name = `${WRITER}/7`;
    const faulty = (data: object): ShelvedItem => ({ ...first, data: { ...first.data, ...data } });
    expect(assemble(name, [first])).toBeUndefined();
    expect(assemble(name, [second])).toBeUndefined();
    for (const data of [{ parts: 3 }, { parts: -1 }, { parts: 1e9 }, { update: 5 }, { upto: "x" }, { upto: -1 }])
      expect(assemble(name, [faulty(data), second])).toBeUndefined();
    expect(assemble(name, [faulty({ update: "?" }), second])?.update).toHaveLength(1);
    expect(partsOf(faulty({ parts: 1.5 }))).toBeUndefined();
    for (const key of ["", "a/1/0", `${WRITER}/x/0`, `${WRITER}/1`, `${WRITER}/1/0/0`])
      expect(blobOf(key)).toBeUndefined();
  });
});
