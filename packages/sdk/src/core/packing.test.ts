import { expect, it } from "vitest";
import { liveVersion, signedVersion } from "./codec/test-vectors.fixture.ts";
import { packedBytes } from "./packing.ts";
import { SIGNATURE_BYTES } from "./codec/signatures.ts";

it("what a version takes in a message includes its document and its signature (C10)", () => {
  expect(packedBytes(signedVersion) - packedBytes(liveVersion)).toBe(SIGNATURE_BYTES);
  const state = new Uint8Array(1000);
  const document = { state, vectorAt: liveVersion.hlc };
  expect(packedBytes({ ...liveVersion, document }) - packedBytes(liveVersion)).toBe(1000);
});
