import { describe, expect, test } from "vitest";
import { errorWords, unexpectedWords } from "./error-words.ts";
import type { ReplicationError } from "@vecmesh/sdk";

/** Every code with the facts that the SDK gives beside it. */
const ERRORS: Record<ReplicationError["code"], object> = {
  "quorum-unavailable": { required: 2, alive: 1, dots: [], outcome: "unknown" },
  "quorum-timeout": { required: 2, acks: ["a"], dots: [], outcome: "unknown" },
  "session-not-satisfied": { missing: 1 },
  "replica-in-use": { replicaName: "1" },
  "replica-not-found": { nodeId: "a" },
  "replica-set-full": { replicationFactor: 3 },
  "entry-not-found": { id: "x" },
  "dimension-mismatch": { expected: 100, actual: 384 },
  "invalid-entry": { id: "x" },
  "invalid-config": { option: "signaling" },
  "room-mismatch": { fact: "dimensions", ours: "100", theirs: "384" },
  "protocol-mismatch": { ours: 1, theirs: 2 },
  "storage-full": {},
  "storage-corrupt": {},
  unauthorized: { credential: "password" },
  "unsupported-platform": { feature: "Ed25519" },
  "insecure-context": {},
  "invalid-frame": { nodeId: "a", reason: "bad" },
  "peer-unreachable": { nodeId: "a" },
  "signaling-unreachable": { url: "ws://localhost:4444" },
  "transport-failed": {},
  aborted: {},
  "resolver-failed": { id: "n1" },
  "sync-incomplete": { nodeId: "a" },
  closed: {},
};

const error = (code: string): ReplicationError =>
  Object.assign(
    new Error("internal wording"),
    { code },
    ERRORS[code as ReplicationError["code"]],
  ) as unknown as ReplicationError;

describe("every error", () => {
  test.each(Object.keys(ERRORS))("%s is said in words, without its code", (code) => {
    const { title, detail } = errorWords(error(code));
    expect(title).not.toBe("");
    expect(detail.length).toBeGreaterThan(20);
    expect(`${title} ${detail}`).not.toMatch(/undefined|NaN|\[object/);
    expect(`${title} ${detail}`).not.toContain(code.includes("-") ? code : `code ${code}`);
  });
});

test("a write without a quorum is said to be saved here, with the numbers", () => {
  const { title, detail } = errorWords(error("quorum-unavailable"));
  expect(title).toBe("Saved here, not yet confirmed by others");
  expect(detail).toContain("needs 2 voters and only 1 is here");
});

test.each([
  [1, 2, "This tab is out of date", "Reload this one"],
  [2, 1, "Another tab is out of date", "Reload that one"],
])("of two versions, %i here and %i there, the older is the one to reload", (ours, theirs, title, advice) => {
  const words = errorWords(Object.assign(error("protocol-mismatch"), { ours, theirs }));
  expect(words.title).toBe(title);
  expect(words.detail).toContain(advice);
});

test("what is no replication error keeps its reason", () => {
  expect(unexpectedWords(new Error("words.txt answered 404")).detail).toContain("words.txt answered 404");
  expect(unexpectedWords("odd").detail).toContain("odd");
});
