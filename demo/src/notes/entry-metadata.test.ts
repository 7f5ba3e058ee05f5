import { describe, expect, test } from "vitest";
import type { JsonObject } from "@vecmesh/sdk";
import { readMetadata } from "./entry-metadata.ts";

describe("metadata that this page wrote", () => {
  test.each<JsonObject>([
    { kind: "note", text: "hello", author: "a".repeat(32), createdAt: 5 },
    { kind: "word", word: "queen" },
    { kind: "drill", step: "ask", drill: "d", from: "a", to: "b", noteId: "note/1", askedAt: 5 },
  ])("is read back: %j", (metadata) => {
    expect(readMetadata(metadata)).toEqual(metadata);
  });
});

describe("metadata that a stranger wrote", () => {
  test.each<JsonObject>([
    {},
    { kind: "page", text: "hello" },
    { kind: "note", text: 7, author: "a", createdAt: 5 },
    { kind: "note", text: "hello", author: "a", createdAt: "yesterday" },
    { kind: "word", word: null },
    { kind: "drill", step: "start", drill: "d", from: "a", to: "b", noteId: "note/1", askedAt: 5 },
    { kind: "drill", step: "ask", drill: "d", from: "a", to: "b", noteId: ["note/1"], askedAt: 5 },
  ])("is not shown: %j", (metadata) => {
    expect(readMetadata(metadata)).toBeUndefined();
  });

  test("is cut to what the page can show", () => {
    const read = readMetadata({ kind: "note", text: "x".repeat(60_000), author: "a", createdAt: 5 });
    expect(read?.kind === "note" && read.text.length).toBe(4000);
  });
});
