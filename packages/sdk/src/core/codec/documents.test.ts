import { describe, expect, it } from "vitest";
import { documentVersion, liveVersion } from "./test-vectors.fixture.ts";
import { decodeMessage, encodeMessage } from "./frames.ts";
import type { Message } from "../messages.ts";
import { MAX_DOCUMENT_BYTES } from "./limits.ts";
import type { StoredVersion } from "../version.ts";

const encoded = (...versions: StoredVersion[]): Uint8Array =>
  encodeMessage({ type: "push", versions, ack: undefined }, { compress: false }).bytes;
const decoded = (bytes: Uint8Array): StoredVersion[] => [
  ...(decodeMessage(bytes) as Extract<Message, { readonly type: "push" }>).versions,
];
const tombstone: StoredVersion = {
  ...liveVersion,
  id: "note-2",
  tombstone: true,
  vector: new Float32Array(),
  metadata: {},
};

describe("documents on the wire", () => {
  it("come back beside tombstones, which have none", () => {
    expect(decoded(encoded(tombstone, documentVersion))).toEqual([tombstone, documentVersion]);
  });

  it("cannot be written beside entries of another kind, on a tombstone, or longer than is read", () => {
    expect(() => encoded(documentVersion, { ...liveVersion, id: "note-2" })).toThrow("all hold documents");
    expect(() => encoded({ ...tombstone, document: documentVersion.document! })).toThrow("all hold documents");
    const state = new Uint8Array(MAX_DOCUMENT_BYTES + 1);
    expect(() => encoded({ ...documentVersion, document: { ...documentVersion.document!, state } })).toThrow(
      "document",
    );
  });

  it("are refused beside metadata, and where nothing is alive (P8)", () => {
    const withMetadata = encoded({ ...documentVersion, metadata: { a: 1 } });
    expect(() => decodeMessage(withMetadata)).toThrow("metadata beside a document");
    const dead = encoded(tombstone);
    dead[dead.length - 1] = 2;
    expect(() => decodeMessage(dead)).toThrow("no live version");
    expect(() => decodeMessage(encoded(documentVersion).subarray(0, -1))).toThrow("cut off");
  });
});
