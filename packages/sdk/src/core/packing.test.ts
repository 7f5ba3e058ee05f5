import { expect, it } from "vitest";
import { liveVersion, signedVersion } from "./codec/test-vectors.fixture.ts";
import { packedBytes } from "./packing.ts";
import { SIGNATURE_BYTES } from "./codec/signatures.ts";

it("what a version takes in a message includes its signature (C10)", () => {
  expect(packedBytes(signedVersion) - packedBytes(liveVersion)).toBe(SIGNATURE_BYTES);
});
