import { describe, expect, it } from "vitest";
import { liveVersion, signedVersion } from "./codec/test-vectors.fixture.ts";
import type { Author, Origin } from "./node-id.ts";
import { bytesToHex } from "./node-id.ts";
import { signedBytes } from "./signed-bytes.ts";
import type { StoredVersion } from "./version.ts";

const { author } = signedVersion.signature;
const hex = (changed: Partial<StoredVersion> = {}, room = "notes", by: Author = author): string =>
  bytesToHex(signedBytes({ ...liveVersion, ...changed }, room, by));
const [low, high] = ["01".repeat(8) as Origin, "f1".repeat(8) as Origin];

describe("what an author signs (C10)", () => {
  it.each<[string, Partial<StoredVersion>]>([
    ["id", { id: "note-2" }],
    ["dot's origin", { dot: { ...liveVersion.dot, origin: low } }],
    ["dot's seq", { dot: { ...liveVersion.dot, seq: 3 } }],
    ["context", { context: new Map([[liveVersion.dot.origin, 2]]) }],
    ["context's size", { context: new Map() }],
    ["time", { hlc: { ...liveVersion.hlc, wallMs: 1 } }],
    ["time's counter", { hlc: { ...liveVersion.hlc, counter: 1 } }],
    ["metadata", { metadata: { t: "e" } }],
    ["vector", { vector: Float32Array.of(1, 0.5) }],
    ["vector's length", { vector: Float32Array.of(1, -0.5, 0) }],
    ["deletion", { tombstone: true }],
    ["document", { document: { state: Uint8Array.of(1), vectorAt: { wallMs: 1, counter: 0 } } }],
  ])("covers a version's %s", (_what, changed) => {
    expect(hex(changed)).not.toBe(hex());
  });

  it("covers the room and the author", () => {
    expect(hex({}, "other")).not.toBe(hex());
    expect(hex({}, "notes", "00".repeat(32) as Author)).not.toBe(hex());
  });

  it("is the same whatever the order in which a context has come", () => {
    const entries: [Origin, number][] = [
      [high, 2],
      [low, 1],
    ];
    expect(hex({ context: new Map(entries) })).toBe(hex({ context: new Map(entries.toReversed()) }));
  });
});
