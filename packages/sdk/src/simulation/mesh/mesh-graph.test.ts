import { expect, test } from "vitest";
import type { NodeId } from "../../core/node-id.ts";
import { graphFigures } from "./mesh-graph.ts";

function graphOf(...edges: readonly string[]): Map<NodeId, Set<NodeId>> {
  const links = new Map<NodeId, Set<NodeId>>();
  for (const edge of edges) {
    const [a, b] = edge.split("") as [NodeId, NodeId];
    links.set(a, (links.get(a) ?? new Set()).add(b));
    links.set(b, (links.get(b) ?? new Set()).add(a));
  }
  return links;
}

test("counts degrees, and ways in the largest part", () => {
  expect(graphFigures(graphOf("ab", "bc", "cd", "xy"))).toEqual({
    degrees: new Map([
      [1, 4],
      [2, 2],
    ]),
    largestPart: 4,
    diameter: 3,
    // From each of a, b, c and d, itself included.
    averageWay: (6 + 4 + 4 + 6) / 16,
  });
});
