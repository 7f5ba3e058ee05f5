import { expect, test } from "vitest";
import type { Dot, JsonObject, StoredEntry } from "@vecmesh/sdk";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import { NoteCollection } from "./note-collection.ts";

const dot = (seq: number): Dot => ({ origin: "00000000000000aa" as Dot["origin"], seq });
const vector = (): Float32Array => new Float32Array(DIMENSIONS).fill(2);
const noteText = (text: string, createdAt = 1): JsonObject => ({ kind: "note", text, author: "a", createdAt });

function entry(id: string, metadata: JsonObject, more: Partial<StoredEntry> = {}): StoredEntry {
  return { id, vector: vector(), metadata, dots: [dot(1)], timestamp: 10, conflicts: [], ...more };
}

test("notes are listed newest first, and stay in place when they are edited", () => {
  const collection = new NoteCollection();
  collection.put(entry("note/old", noteText("old", 1)));
  collection.put(entry("note/new", noteText("new", 2)));
  collection.put(entry("note/old", noteText("old, edited", 1), { timestamp: 99 }));
  expect(collection.newestFirst().map(({ text }) => text)).toEqual(["new", "old, edited"]);
});

test("a conflict's versions are told apart: the shown one and the others", () => {
  const collection = new NoteCollection();
  const other = { id: "note/1", dot: dot(1), timestamp: 5, vector: vector(), metadata: noteText("Monday") };
  collection.put(entry("note/1", noteText("Thursday"), { dots: [dot(1), dot(2)], conflicts: [other] }));
  expect(collection.get("note/1")).toMatchObject({
    text: "Thursday",
    key: "00000000000000aa:2",
    others: [{ text: "Monday", key: "00000000000000aa:1", writtenAt: 5 }],
  });
});

test("the spread follows what is put, replaced and removed, in unit vectors", () => {
  const collection = new NoteCollection();
  collection.put(entry("note/1", noteText("one")));
  collection.put(entry("note/1", noteText("one, edited")));
  expect(collection.scatter.count).toBe(1);
  expect(collection.scatter.mean()[0]).toBeCloseTo(1 / Math.sqrt(DIMENSIONS), 6);
  collection.remove("note/1");
  collection.remove("note/1");
  expect(collection.scatter.count).toBe(0);
});

test("words go to the cloud, and what is neither word nor note is not shown", () => {
  const collection = new NoteCollection();
  collection.put(entry("word/queen", { kind: "word", word: "queen" }));
  collection.put(entry("other", { kind: "something else" }));
  expect(collection.words.words).toEqual(["queen"]);
  expect(collection.newestFirst()).toEqual([]);
});

test("a note whose other version is no note keeps its place, and says so", () => {
  const collection = new NoteCollection();
  const strange = { id: "note/1", dot: dot(1), timestamp: 5, vector: vector(), metadata: { kind: "note", text: 7 } };
  collection.put(entry("note/1", noteText("mine"), { dots: [dot(1), dot(2)], conflicts: [strange] }));
  expect(collection.get("note/1")?.others).toMatchObject([{ text: "(not a note)" }]);
});

test("an id that was a note and is something else now is no note any more", () => {
  const collection = new NoteCollection();
  collection.put(entry("note/1", noteText("mine")));
  collection.put(entry("note/1", { kind: "something else" }));
  expect(collection.get("note/1")).toBeUndefined();
});
