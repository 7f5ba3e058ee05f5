import { expect, test } from "vitest";
import type { Dot } from "@vecmesh/sdk";
import { type KeyedStrings, type UnconfirmedWrite, UnconfirmedWrites } from "./unconfirmed-writes.ts";

function memoryStorage(): KeyedStrings {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

const origin = "00000000000000aa" as Dot["origin"];

const write = (noteId: string, seq: number): UnconfirmedWrite => ({
  noteId,
  dots: [{ origin, seq }],
  level: "quorum",
  deleted: false,
});

test("what was not confirmed is there again after a reload, for the same replica and room", () => {
  const storage = memoryStorage();
  new UnconfirmedWrites(storage, "room", "node").add(write("note/1", 7));
  expect(new UnconfirmedWrites(storage, "room", "node").get("note/1")).toEqual(write("note/1", 7));
  expect(new UnconfirmedWrites(storage, "room", "other").all()).toEqual([]);
  expect(new UnconfirmedWrites(storage, "other", "node").all()).toEqual([]);
});

test("a later write to a note takes the place of the earlier", () => {
  const writes = new UnconfirmedWrites(memoryStorage(), "room", "node");
  writes.add(write("note/1", 1));
  writes.add(write("note/1", 2));
  expect(writes.all()).toEqual([write("note/1", 2)]);
});

test("what is confirmed is forgotten", () => {
  const storage = memoryStorage();
  const writes = new UnconfirmedWrites(storage, "room", "node");
  writes.add(write("note/1", 1));
  writes.remove("note/1");
  expect(new UnconfirmedWrites(storage, "room", "node").all()).toEqual([]);
});

test("what another version of the page saved under the key does no harm", () => {
  const storage = memoryStorage();
  storage.setItem("vecmesh-notes/unconfirmed/room/node", JSON.stringify([null, 3, { noteId: 1 }, write("note/1", 1)]));
  expect(new UnconfirmedWrites(storage, "room", "node").all()).toHaveLength(1);
});
