import { expect, test } from "vitest";
import type { JsonObject, SearchHit, SearchOptions } from "@vecmesh/sdk";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import type { Embedding } from "../meaning/embedding.ts";
import { type Found, MeaningSearch } from "./meaning-search.ts";
import { vectorOfUnknown } from "../meaning/unit-vector.ts";

const embedHere = (text: string): Embedding => ({ vector: vectorOfUnknown(text, DIMENSIONS), words: [] });

function hit(id: string, score: number, metadata: JsonObject): SearchHit {
  return { id, score, entry: { id, vector: new Float32Array(1), metadata, dots: [], timestamp: 0, conflicts: [] } };
}

const HITS = [
  hit("note/1", 0.9, { kind: "note", text: "a dog", author: "a", createdAt: 1 }),
  hit("word/dog", 0.8, { kind: "word", word: "dog" }),
  hit("note/2", 0.3, { kind: "note", text: "a budget", author: "a", createdAt: 1 }),
  hit("strange", 0.2, { kind: "strange" }),
];

/** A search whose answers wait until they are released. */
function pausedSearch() {
  const asked: Float32Array[] = [];
  const waiting: (() => void)[] = [];
  const found: (Found | undefined)[] = [];
  const replicator = {
    search: async (vector: Float32Array, { filter }: SearchOptions = {}): Promise<SearchHit[]> => {
      asked.push(vector);
      await new Promise<void>((resolve) => void waiting.push(resolve));
      return HITS.filter(({ entry }) => filter?.(entry.metadata) ?? true);
    },
  };
  const search = new MeaningSearch(replicator, embedHere);
  search.changed.subscribe((result) => void found.push(result));
  return { search, asked, found, release: () => waiting.splice(0).forEach((resume) => resume()) };
}

test("notes and words are ranked apart, and what is neither is left out", async () => {
  const { search, found, release } = pausedSearch();
  const asked = search.ask("animal");
  release();
  await asked;
  expect([...found[0]!.notes]).toEqual([
    ["note/1", 0.9],
    ["note/2", 0.3],
  ]);
  expect(found[0]!.words).toEqual([{ word: "dog", score: 0.8 }]);
});

test("of what is typed while an answer is under way only the last is asked and shown", async () => {
  const { search, asked, found, release } = pausedSearch();
  const answered = search.ask("an");
  await search.ask("anim");
  await search.ask("animal");
  release();
  await expect.poll(() => asked).toHaveLength(4);
  expect(found).toEqual([]);
  release();
  await answered;
  expect(found).toHaveLength(1);
  expect(asked[2]).toEqual(embedHere("animal").vector);
});

test("any number of changes while an answer is under way lead to one more question", async () => {
  const { search, asked, release } = pausedSearch();
  const answered = search.ask("animal");
  for (let i = 0; i < 100; i++) await search.refresh();
  release();
  await expect.poll(() => asked).toHaveLength(4);
  release();
  await answered;
  expect(asked).toHaveLength(4);
});

test("an empty question ends the search at once", async () => {
  const { search, found, release } = pausedSearch();
  const answered = search.ask("animal");
  await search.ask("  ");
  release();
  await answered;
  expect(found).toEqual([undefined]);
});

test.each([
  { words: ["dog"], known: true },
  { words: [], known: false },
])("a ranking says whether it means anything ($known)", async ({ words, known }) => {
  const embedded = (text: string): Embedding => ({ vector: vectorOfUnknown(text, DIMENSIONS), words });
  const search = new MeaningSearch({ search: async () => HITS }, embedded);
  const found: (Found | undefined)[] = [];
  search.changed.subscribe((result) => void found.push(result));
  await search.ask("dog");
  expect(found.at(-1)?.known).toBe(known);
});
