import { describe, expect, it } from "vitest";
import { COLLECTION_INTERVAL_MS } from "./tombstone-collection.ts";
import { CollectionLab } from "./collection-lab.fixture.ts";
import type { LocalItem } from "./effects.ts";

/** A million by `npm run test:long`. */
const OPERATIONS = Number(process.env["VECMESH_COLLECTED_OPERATIONS"] ?? 30_000);
const LIVE_IDS = 10_000;
const BATCH = 500;
/** Reloads of the page that writes, each with an origin of its own (C2). */
const OPENINGS = 10;
const DIMENSIONS = 100;

function put(id: string): LocalItem {
  return { kind: "put", id, vector: new Float32Array(DIMENSIONS).fill(0.5), metadata: { title: id } };
}

function liveIds(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `live${(from + i) % LIVE_IDS}`);
}

function newStore(): CollectionLab {
  const lab = new CollectionLab(1, [1, 2, 3]);
  for (let from = 0; from < LIVE_IDS; from += BATCH) lab.write(liveIds(from, BATCH).map(put));
  return lab;
}

describe("a store with 10,000 live ids", () => {
  it(
    `and ${OPERATIONS} writes and deletes behind it is within 1.5 times one that never saw them (C3, C9)`,
    { timeout: 60_000 + OPERATIONS },
    () => {
      const lab = newStore();
      const fresh = lab.bytes;
      const voters = [lab.connect(2), lab.connect(3)];
      for (let done = 0, round = 0; done < OPERATIONS; round++) {
        const passing = Array.from({ length: BATCH }, (_, i) => `passing${round % 7}-${i}`);
        lab.write(passing.map(put));
        lab.write(liveIds(done, BATCH).map(put));
        lab.write(passing.map((id) => ({ kind: "delete", id })));
        done += 3 * BATCH;
        for (const voter of voters) lab.hear(voter);
        lab.pass(2 * COLLECTION_INTERVAL_MS);
        if (done % Math.ceil(OPERATIONS / OPENINGS) < 3 * BATCH) lab.reopen();
      }
      expect(lab.tombstones()).toEqual([]);
      expect(lab.state.visibleCount).toBe(LIVE_IDS);
      expect(lab.bytes / fresh).toBeLessThan(1.5);
      const bookkeeping = [...lab.store.keys()].filter((key) => !key.startsWith("v/"));
      expect(bookkeeping.length).toBeLessThan(3 * OPENINGS);
    },
  );
});
