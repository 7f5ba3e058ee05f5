import { expect, test } from "vitest";
import { replicaName } from "./replica-name.ts";

const ids = Array.from({ length: 200 }, (_, i) => (i * 2654435761).toString(16).padStart(32, "0"));

test("a node id always has the same name", () => {
  expect(replicaName(ids[3]!)).toEqual(replicaName(ids[3]!));
});

test("a name is two words, with their initials and a hue on the circle", () => {
  for (const id of ids) {
    const { name, initials, hue } = replicaName(id);
    expect(name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    expect(initials).toMatch(/^[A-Z]{2}$/);
    expect(hue).toBeGreaterThanOrEqual(0);
    expect(hue).toBeLessThan(360);
  }
});

test("names differ between most replicas", () => {
  expect(new Set(ids.map((id) => replicaName(id).name)).size).toBeGreaterThan(140);
});
