import { expect, test } from "vitest";
import type { GraphFigures } from "./mesh-graph.ts";
import { MeshRun, type WriteFigures } from "./mesh-run.ts";

/** The voters are connected to each other beyond the 12 that everybody has at most. */
const MOST_LINKS = 14;
const FEWEST_LINKS = 8;

function expectHealthy({ degrees, largestPart }: GraphFigures, replicas: number): void {
  expect(largestPart).toBe(replicas);
  expect(Math.min(...degrees.keys())).toBeGreaterThanOrEqual(FEWEST_LINKS);
  expect(Math.max(...degrees.keys())).toBeLessThanOrEqual(MOST_LINKS);
}

function expectSpread({ replicas, reached, transmissions }: WriteFigures): void {
  expect(reached).toEqual(reached.map(() => replicas - 1));
  const average = transmissions.reduce((sum, count) => sum + count, 0) / transmissions.length;
  expect(average).toBeLessThanOrEqual(2);
}

test("T7: in a mesh of 60 every write reaches all with at most two transmissions each, also when many leave or die", async () => {
  const { graph, writes, quorum, idle, leaving, dying } = await new MeshRun({
    seed: 1,
    replicas: 60,
    writes: 5,
  }).measure();
  expectHealthy(graph, 60);
  expectSpread(writes);
  expect([quorum.failures, quorum.ms.length]).toEqual([[], 5]);
  // Nothing but what keeps a dozen connections alive: a byte or two, asked and answered every five seconds.
  expect(idle.frameBytes).toBeLessThan(2 * idle.frames);
  expect(leaving.atOnce.largestPart).toBe(54);
  expectHealthy(leaving.later, 54);
  expectSpread(leaving.writes);
  expectHealthy(dying.later, 38);
  expectSpread(dying.writes);
}, 600_000);
