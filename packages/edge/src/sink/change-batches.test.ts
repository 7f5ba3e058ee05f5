import { describe, expect, test } from "vitest";
import type { Checkpoint, StoredEntry } from "@vecmesh/sdk";
import { type Change, ChangeBatches } from "./change-batches.ts";

function put(n: number, dimensions = 1): Change {
  const id = `e${n}`;
  const vector = new Float32Array(dimensions);
  const entry: StoredEntry = { id, vector, metadata: {}, dots: [], timestamp: 0, conflicts: [] };
  return { type: "put", id, entry, checkpoint: `${n}` as Checkpoint };
}

async function* changes(count: number, dimensions?: number): AsyncGenerator<Change, void> {
  for (let n = 0; n < count; n++) yield put(n, dimensions);
}

async function sizes(batches: ChangeBatches): Promise<number[]> {
  const found: number[] = [];
  for (let batch = await batches.take(); batch !== undefined; batch = await batches.take())
    found.push(batch.changes.length);
  return found;
}

describe("batches of changes", () => {
  test("are bounded in number, and in bytes", async () => {
    expect(await sizes(new ChangeBatches(changes(2500)))).toEqual([1000, 1000, 500]);
    // 256 KiB each.
    expect(await sizes(new ChangeBatches(changes(40, 65_536)))).toEqual([16, 16, 8]);
  });

  test("end with what there is, also while more is awaited, and lose nothing of that", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const batches = new ChangeBatches(
      (async function* () {
        yield put(1);
        await released;
        yield put(2);
      })(),
    );
    await batches.arrival();
    expect(await batches.take()).toEqual({ changes: [put(1)], isAll: true });
    expect(await batches.take()).toEqual({ changes: [], isAll: true });
    release();
    await batches.arrival();
    expect((await batches.take())?.changes).toEqual([put(2)]);
    expect(await batches.take()).toBeUndefined();
    await batches.arrival();
    expect(await batches.take()).toBeUndefined();
  });

  test("fail with their source, after what came before, and not unseen", async () => {
    const failure = new Error("unreadable");
    const batches = new ChangeBatches(
      (async function* () {
        yield* changes(1000);
        throw failure;
      })(),
    );
    expect((await batches.take())?.changes.length).toBe(1000);
    await expect(batches.take()).rejects.toBe(failure);
  });
});
