import { expect, it } from "vitest";
import { liveVersion, signedVersion } from "./test-vectors.fixture.ts";
import { encodeMessage } from "./frames.ts";

it("a message of signed and unsigned versions cannot be written (C10)", () => {
  const versions = [signedVersion, liveVersion];
  expect(() => encodeMessage({ type: "push", versions, ack: undefined }, { compress: false })).toThrow(
    "all are signed",
  );
});
