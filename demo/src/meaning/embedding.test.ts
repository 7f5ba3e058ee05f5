import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DIMENSIONS, Vocabulary } from "./vocabulary.ts";
import { embed } from "./embedding.ts";

const folder = new URL("../../public/vocabulary/", import.meta.url);
const bytes = readFileSync(new URL("vectors.i8", folder));
const vectors = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const vocabulary = new Vocabulary(readFileSync(new URL("words.txt", folder), "utf8"), vectors);

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const length = (vector: Float32Array): number => Math.sqrt(dot(vector, vector));
const likeness = (a: string, b: string): number => dot(embed(a, vocabulary).vector, embed(b, vocabulary).vector);

describe("the vocabulary", () => {
  test("holds 20,000 words of 100 dimensions, most frequent first", () => {
    expect(vocabulary.words).toHaveLength(20_000);
    expect(vocabulary.rank("the")).toBe(0);
    expect(vocabulary.vectorAt(19_999)).toHaveLength(DIMENSIONS);
  });

  test("says when its two files do not belong together", () => {
    expect(() => new Vocabulary("one\ntwo\n", new ArrayBuffer(104))).toThrow(/208 bytes/);
  });

  test("does not know what it does not have", () => {
    expect(vocabulary.rank("constructor-of-objects")).toBeUndefined();
    expect(vocabulary.rank("__proto__")).toBeUndefined();
  });
});

describe("an embedding", () => {
  test("has length 1 and names the words that placed the text, each once", () => {
    const { vector, words } = embed("The dog saw the other dog and the doctor", vocabulary);
    expect(length(vector)).toBeCloseTo(1, 5);
    expect(words).toEqual(["dog", "saw", "doctor"]);
  });

  test("brings related texts together: an animal is nearer to a sick dog than to a budget", () => {
    expect(likeness("animal", "my dog is ill and needs a vet")).toBeGreaterThan(
      likeness("animal", "the quarterly budget is late"),
    );
  });

  test("finds a queen near a king", () => {
    const { vector } = embed("king", vocabulary);
    const nearest = vocabulary.words
      .slice(0, 5000)
      .map((word) => ({ word, score: likeness(word, "king") }))
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ word }) => word);
    expect(vector).toHaveLength(DIMENSIONS);
    expect(nearest).toContain("queen");
  });

  test("takes the frequent words where there are no others", () => {
    expect(embed("who is he", vocabulary).words).toEqual(["who", "is", "he"]);
  });

  test("gives unknown words a place of their own, the same each time", () => {
    const { vector, words } = embed("zyxgrbl", vocabulary);
    expect(words).toEqual([]);
    expect(length(vector)).toBeCloseTo(1, 5);
    expect(likeness("zyxgrbl", "Zyxgrbl!")).toBeCloseTo(1, 5);
    expect(Math.abs(likeness("zyxgrbl", "qqwertz"))).toBeLessThan(0.5);
  });

  test.each(["🎉", "42", "   "])("a text without words, such as %j, has a finite vector of length 1", (text) => {
    expect(length(embed(text, vocabulary).vector)).toBeCloseTo(1, 5);
  });
});
