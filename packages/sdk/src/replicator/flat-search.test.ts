import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { eventually, Room, vector } from "./room.fixture.ts";
import type { Metric } from "./flat-search.ts";
import { ManualRuntime } from "../testing/manual-runtime.fixture.ts";

const one = { consistency: "one" } as const;
const room = new Room();

function score(metric: Metric, a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb, distance] = [0, 0, 0, 0];
  for (const [i, x] of a.entries()) {
    const y = b[i]!;
    dot += x * y;
    aa += x * x;
    bb += y * y;
    distance += (x - y) ** 2;
  }
  if (metric === "euclidean") return Math.sqrt(distance);
  return metric === "dot" ? dot : aa * bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}

describe("search", () => {
  it("finds what comparing with every entry finds, by each metric, with and without a filter", async () => {
    const component = fc.integer({ min: -3, max: 3 });
    const vectors = fc.array(fc.tuple(component, component, component), { minLength: 1, maxLength: 40 });
    const property = fc.asyncProperty(
      vectors,
      fc.tuple(component, component, component),
      fc.constantFrom<Metric>("cosine", "dot", "euclidean"),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      async (list, components, metric, k, filtered) => {
        const a = await room.replicator({ dimensions: 3 });
        const entries = list.map((each, i) => ({
          id: `e${i}`,
          vector: vector(...each),
          metadata: { even: i % 2 === 0 },
        }));
        await a.writeBatch(entries, one);
        const query = vector(...components);
        const filter = (metadata: { readonly even?: unknown }): boolean => metadata.even === true;
        const hits = await a.search(query, { metric, k, ...(filtered && { filter }) });
        const sign = metric === "euclidean" ? 1 : -1;
        const expected = entries
          .filter((entry) => !filtered || entry.metadata.even)
          .map(({ id, vector }) => ({ id, score: score(metric, vector, query) }))
          .sort((x, y) => sign * (x.score - y.score) || (x.id < y.id ? -1 : 1))
          .slice(0, k);
        expect(hits.map((hit) => hit.score)).toEqual(expected.map((hit) => expect.closeTo(hit.score, 9)));
        // Cosines that are equal on paper may differ in the last bit, so ties are compared where sums are exact.
        if (metric !== "cosine") expect(hits.map((hit) => hit.id)).toEqual(expected.map((hit) => hit.id));
        for (const hit of hits) expect(hit.entry.id).toBe(hit.id);
        await a.close();
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it("ranks equal entries by id whatever the order in which they came", async () => {
    const ids = ["c", "a", "d", "b"];
    for (const order of [ids, [...ids].reverse()]) {
      const a = await room.replicator();
      for (const id of order) await a.write({ id, vector: vector(1, 1) }, one);
      expect((await a.search(vector(1, 1), { k: 2, metric: "dot" })).map((hit) => hit.id)).toEqual(["a", "b"]);
    }
  });

  it("sees writes, overwrites and deletions between two searches, also those of peers", async () => {
    const [a, b] = await room.voters(2);
    await a!.writeBatch(
      [
        { id: "near", vector: vector(1, 0) },
        { id: "far", vector: vector(0, 1) },
      ],
      one,
    );
    const nearest = async (): Promise<string | undefined> => (await b!.search(vector(1, 0), { k: 1 }))[0]?.id;
    await eventually(nearest, "near");
    await a!.write({ id: "near", vector: vector(-1, 0) }, one);
    await eventually(nearest, "far");
    await a!.delete("far", one);
    await eventually(nearest, "near");
    await a!.delete("near", one);
    await eventually(nearest, undefined);
  });

  it("keeps the query that it was given while earlier searches run", async () => {
    const a = await room.replicator();
    await a.writeBatch(
      [
        { id: "x", vector: vector(1, 0) },
        { id: "y", vector: vector(0, 1) },
      ],
      one,
    );
    const query = vector(1, 0);
    const searching = [a.search(query, { k: 1 }), a.search(query, { k: 1 })];
    query.set([0, 1]);
    expect((await Promise.all(searching)).map((hits) => hits[0]?.id)).toEqual(["x", "x"]);
  });

  it("pauses between slices of a long scan, and stops there when aborted (P6)", async () => {
    const runtime = new ManualRuntime();
    const a = await room.replicator({ dimensions: 1 }, runtime);
    await a.writeBatch(
      Array.from({ length: 600 }, (_, i) => ({ id: `e${i}`, vector: vector(i) })),
      one,
    );
    const pauses: (() => void)[] = [];
    runtime.soon = (callback) => void pauses.push(callback);
    const aborting = new AbortController();
    const outcome = a.search(vector(1), { signal: aborting.signal }).then(
      () => "found",
      (error: unknown) => (error as { code?: string }).code,
    );
    await expect.poll(() => pauses.length).toBe(1);
    aborting.abort();
    pauses.shift()!();
    expect(await outcome).toBe("aborted");
    let pausedAgain = 0;
    runtime.soon = (callback) => (pausedAgain++, setImmediate(callback));
    expect((await a.search(vector(1), { k: 1, metric: "dot" }))[0]?.id).toBe("e599");
    expect(pausedAgain).toBeGreaterThan(0);
  });

  it("is not broken for good by a filter that throws", async () => {
    const a = await room.replicator();
    await a.write({ id: "x", vector: vector(1, 0) }, one);
    const filter = (): boolean => {
      throw new Error("mine");
    };
    await expect(a.search(vector(1, 0), { filter })).rejects.toThrow("mine");
    expect(await a.search(vector(1, 0))).toHaveLength(1);
  });
});

describe("entries and count", () => {
  it("are what is visible", async () => {
    const a = await room.replicator();
    const ids = Array.from({ length: 700 }, (_, i) => `e${i}`);
    await a.writeBatch(
      ids.map((id) => ({ id, vector: vector(1, 2) })),
      one,
    );
    await a.deleteBatch(ids.slice(0, 50), one);
    const read: string[] = [];
    for await (const entry of a.entries()) read.push(entry.id);
    expect(read.sort()).toEqual(ids.slice(50).sort());
    expect(await a.count()).toBe(650);
  });
});
