import { expect, test } from "vitest";
import type { Note } from "./note.ts";
import { resolutions } from "./resolutions.ts";

const note: Note = {
  id: "note/1",
  createdAt: 500,
  vector: new Float32Array(2),
  key: "b:1",
  text: "Lunch on Thursday",
  author: "b",
  writtenAt: 2000,
  others: [{ key: "a:4", text: "Lunch on Monday", author: "a", writtenAt: 1000 }],
};

test("last write wins shows the version that the replicator shows", () => {
  expect(resolutions(note)[0]).toMatchObject({ mode: "last-write-wins", text: "Lunch on Thursday" });
});

test("vector clocks keep every version and choose none", () => {
  const [, vectorClock] = resolutions(note);
  expect(vectorClock).toMatchObject({ mode: "vector-clock", text: undefined });
  expect(vectorClock!.versions.map(({ key }) => key)).toEqual(["b:1", "a:4"]);
});

test("the custom merge keeps all lines, the oldest first", () => {
  expect(resolutions(note)[2]).toMatchObject({ mode: "custom", text: "Lunch on Monday\nLunch on Thursday" });
});
