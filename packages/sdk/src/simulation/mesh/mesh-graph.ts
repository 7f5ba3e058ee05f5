import type { NodeId } from "../../core/node-id.ts";

/** What a mesh's connections look like from outside. */
export interface GraphFigures {
  /** How many replicas have so many connections. */
  readonly degrees: ReadonlyMap<number, number>;
  /** How many replicas the largest connected part has. */
  readonly largestPart: number;
  /** The longest of all shortest ways, and their average, in connections, within the largest part; from 20 replicas. */
  readonly diameter: number;
  readonly averageWay: number;
}

/** From so many replicas the ways to all others are measured. */
const MEASURED_STARTS = 20;

export function graphFigures(links: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): GraphFigures {
  const degrees = new Map<number, number>();
  for (const { size } of links.values()) degrees.set(size, (degrees.get(size) ?? 0) + 1);
  const sorted = new Map([...degrees].toSorted(([a], [b]) => a - b));
  const left = new Set(links.keys());
  let largest: readonly NodeId[] = [];
  for (const start of left) {
    const part = [...waysFrom(start, links).keys()];
    for (const nodeId of part) left.delete(nodeId);
    if (part.length > largest.length) largest = part;
  }
  const ways = largest.slice(0, MEASURED_STARTS).flatMap((start) => [...waysFrom(start, links).values()]);
  return {
    degrees: sorted,
    largestPart: largest.length,
    diameter: Math.max(0, ...ways),
    averageWay: ways.reduce((sum, way) => sum + way, 0) / Math.max(1, ways.length),
  };
}

/** Breadth first. */
function waysFrom(start: NodeId, links: ReadonlyMap<NodeId, ReadonlySet<NodeId>>): Map<NodeId, number> {
  const ways = new Map([[start, 0]]);
  for (const [nodeId, way] of ways) {
    for (const peer of links.get(nodeId) ?? []) if (links.has(peer) && !ways.has(peer)) ways.set(peer, way + 1);
  }
  return ways;
}
