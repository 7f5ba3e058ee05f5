import type { LinkId } from "./peer.ts";
import type { NodeId } from "./node-id.ts";

/**
 * Connections on the way to a voter, at most. A thousand peers with a dozen random connections each are five apart; what is longer than
 * this is a mesh in pieces, or voters that are gone and whose routes lead in circles: so far they are followed, and no further.
 */
export const MAX_ROUTE_HOPS = 16;

/** What a neighbour tells whom it goes through itself. */
export const THROUGH_YOU = 1;

export interface Route {
  /** The connection that leads there. */
  readonly link: LinkId;
  /** 1: it is the voter's own. */
  readonly hops: number;
}

/** One neighbour, as a way to voters. */
export interface Way {
  readonly link: LinkId;
  readonly nodeId: NodeId;
  /** Whom it is connected to. */
  readonly links: ReadonlySet<NodeId>;
  /** How far it is from voters that it is not connected to; THROUGH_YOU where it goes through this replica. */
  readonly hops: ReadonlyMap<NodeId, number>;
}

/**
 * The shortest route to each voter, by what the neighbours tell (a distance vector with poisoned reverse, as in RIP, RFC 2453). Of equals the
 * one that is in use stays, so that routes and the tree of them are left alone by what changes elsewhere.
 */
export function routesTo(
  voters: Iterable<NodeId>,
  ways: Iterable<Way>,
  before: ReadonlyMap<NodeId, Route>,
): Map<NodeId, Route> {
  const routes = new Map<NodeId, Route>();
  const all = [...ways];
  for (const voter of voters) {
    let best: Route | undefined;
    for (const way of all) {
      const hops = hopsBy(way, voter);
      if (hops === undefined || hops > MAX_ROUTE_HOPS || hops > (best?.hops ?? MAX_ROUTE_HOPS)) continue;
      if (best === undefined || hops < best.hops || before.get(voter)?.link === way.link)
        best = { link: way.link, hops };
    }
    if (best !== undefined) routes.set(voter, best);
  }
  return routes;
}

function hopsBy({ nodeId, links, hops }: Way, voter: NodeId): number | undefined {
  if (nodeId === voter) return 1;
  if (links.has(voter)) return 2;
  const told = hops.get(voter);
  return told === undefined || told === THROUGH_YOU ? undefined : told + 1;
}
