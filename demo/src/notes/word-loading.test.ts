import { expect, test } from "vitest";
import { LOADED_WORDS, loadWords, type Progress, removeWords } from "./word-loading.ts";
import type { VectorEntry, WriteReceipt } from "@vecmesh/sdk";
import { DIMENSIONS, Vocabulary } from "../meaning/vocabulary.ts";

const WORDS = LOADED_WORDS + 10;
const vocabulary = new Vocabulary(
  Array.from({ length: WORDS }, (_, i) => `w${i}`).join("\n"),
  new ArrayBuffer(WORDS * (4 + DIMENSIONS)),
);

function recorder() {
  const written: VectorEntry[] = [];
  const deleted: string[] = [];
  const progress: Progress[] = [];
  let clock = 0;
  return {
    written,
    deleted,
    progress,
    replicator: {
      writeBatch: async (entries: readonly VectorEntry[]) => {
        written.push(...entries);
        clock += 1000;
        return {} as WriteReceipt;
      },
      deleteBatch: async (ids: readonly string[]) => {
        deleted.push(...ids);
        return {} as WriteReceipt;
      },
    },
    pacing: { now: () => clock, onProgress: (now: Progress) => void progress.push(now) },
  };
}

test("the most frequent words are written, each once", async () => {
  const { replicator, pacing, written } = recorder();
  await loadWords(replicator, vocabulary, () => false, pacing);
  expect(new Set(written.map(({ id }) => id)).size).toBe(LOADED_WORDS);
  expect(written[0]).toMatchObject({ id: "word/w0", metadata: { kind: "word", word: "w0" } });
  expect(written.at(-1)?.id).toBe(`word/w${LOADED_WORDS - 1}`);
  expect(written.every(({ vector }) => vector.length === DIMENSIONS)).toBe(true);
});

test("what is here already is not written again", async () => {
  const { replicator, pacing, written } = recorder();
  await loadWords(replicator, vocabulary, (id) => id !== "word/w7", pacing);
  expect(written.map(({ id }) => id)).toEqual(["word/w7"]);
});

test("progress tells how many and how fast, from none to all", async () => {
  const { replicator, pacing, progress } = recorder();
  await loadWords(replicator, vocabulary, () => false, pacing);
  expect(progress[0]).toEqual({ done: 0, total: LOADED_WORDS, entriesPerSecond: 0 });
  expect(progress.at(-1)).toEqual({ done: LOADED_WORDS, total: LOADED_WORDS, entriesPerSecond: 250 });
});

test("words are deleted though the list of them shrinks meanwhile", async () => {
  const { replicator, pacing, deleted } = recorder();
  const ids = Array.from({ length: 600 }, (_, i) => `word/w${i}`);
  const shrinking = {
    deleteBatch: async (batch: readonly string[]) => {
      ids.splice(0, batch.length);
      return replicator.deleteBatch(batch);
    },
  };
  await removeWords(shrinking, ids, pacing);
  expect(new Set(deleted).size).toBe(600);
});
