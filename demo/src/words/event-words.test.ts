import { expect, test } from "vitest";
import { eventWords } from "./event-words.ts";
import { replicaName } from "./replica-name.ts";
import type { NodeId, ReplicationEvent } from "@vecmesh/sdk";

const nodeId = "0123456789abcdef0123456789abcdef" as NodeId;
const { name } = replicaName(nodeId);
const words = (event: ReplicationEvent, text?: string): string => eventWords(event, () => text).text;

test("replicas are called by their names", () => {
  expect(words({ type: "synced", nodeId, entries: 1 })).toBe(`1 entry from ${name}`);
  expect(words({ type: "synced", nodeId, entries: 5000 })).toBe(`5,000 entries from ${name}`);
  expect(words({ type: "replica", nodeId, status: "offline" })).toBe(`${name} has gone offline`);
  expect(words({ type: "replicaSet", epoch: 4, voters: [nodeId] })).toBe(`Voters now (epoch 4): ${name}`);
});

test("a conflict quotes the note, cut to a line", () => {
  const conflict = { type: "conflict", id: "note/1", siblings: [{}, {}] } as unknown as ReplicationEvent;
  expect(words(conflict, "Lunch\non Monday")).toBe("Conflict: 2 versions of “Lunch on Monday”");
  expect(words(conflict, "x".repeat(500)).length).toBeLessThan(100);
  expect(words(conflict)).toBe("Conflict: 2 versions of an entry");
});

test("a lost quorum is a warning, a gained one is good news", () => {
  expect(eventWords({ type: "quorum", available: false }, () => undefined).tone).toBe("warning");
  expect(eventWords({ type: "quorum", available: true }, () => undefined).tone).toBe("good");
});
