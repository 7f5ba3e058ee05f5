import { expect, test } from "vitest";

import { autoReplicaNames } from "./replica-names.ts";

function first(count: number, existing: string[]): string[] {
  const names = autoReplicaNames(existing);
  return Array.from({ length: count }, () => names.next().value);
}

test("counts up from replica-1 in a room without stores", () => {
  expect(first(3, [])).toEqual(["replica-1", "replica-2", "replica-3"]);
});

test("offers existing stores by number before it fills a gap with a new one", () => {
  expect(first(5, ["replica-10", "replica-2", "replica-4"])).toEqual([
    "replica-2",
    "replica-4",
    "replica-10",
    "replica-1",
    "replica-3",
  ]);
});

test("offers stores that somebody named after its own, and before a new one", () => {
  expect(first(5, ["zoe", "replica-2", "replica-02", "adam"])).toEqual([
    "replica-2",
    "adam",
    "replica-02",
    "zoe",
    "replica-1",
  ]);
});
