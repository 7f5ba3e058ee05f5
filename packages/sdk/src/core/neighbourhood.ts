import { MAX_ROUTES_TOLD, MAX_TOLD_LINKS } from "./codec/limits.ts";
import { MAX_ROUTE_HOPS, type Route, routesTo, THROUGH_YOU, type Way } from "./voter-routes.ts";
import type { Environment } from "./environment.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { Neighbours } from "./messages.ts";
import type { NodeId } from "./node-id.ts";

/** Between two rounds of telling: a mesh that is changing settles by a few messages, and one at rest says nothing. */
export const NEIGHBOURS_INTERVAL_MS = 100;

interface Neighbour extends Way {
  readonly peer: Peer;
  links: Set<NodeId>;
  hops: ReadonlyMap<NodeId, number>;
  /** What it has been told. */
  readonly toldLinks: Set<NodeId>;
  toldRoutes: string;
}

/**
 * Where this replica stands in a mesh in which not all are connected to all (T7): whom its neighbours are connected to, how far the voters
 * are, and along which connections live writes are passed on.
 *
 * These are a spanning tree: everybody's shortest route to one voter, the first of the record that can be reached. So nothing has to be built or
 * pruned by the writes themselves, and a connection that breaks is replaced as soon as it is known, by whoever went that way.
 */
export class Neighbourhood {
  readonly #env: Environment;
  readonly #changed: () => void;
  readonly #neighbours = new Map<LinkId, Neighbour>();
  #routes: ReadonlyMap<NodeId, Route> = new Map();
  #isPartial = false;
  #isNews = false;
  #notBefore = 0;

  /** @param changed called when a route is another */
  constructor(env: Environment, changed: () => void) {
    this.#env = env;
    this.#changed = changed;
  }

  peerUp(peer: Peer): void {
    this.#neighbours.set(peer.link, {
      peer,
      link: peer.link,
      nodeId: peer.nodeId,
      links: new Set(),
      hops: new Map(),
      toldLinks: new Set(),
      toldRoutes: "",
    });
    this.#evaluate();
  }

  peerDown(link: LinkId): void {
    if (this.#neighbours.delete(link)) this.#evaluate();
  }

  /** Returns why no correct peer sends this, if so. */
  onNeighbours(peer: Peer, { come, gone, routes }: Neighbours): string | undefined {
    const neighbour = this.#neighbours.get(peer.link);
    if (neighbour === undefined) return undefined;
    for (const nodeId of gone) neighbour.links.delete(nodeId);
    for (const nodeId of come) neighbour.links.add(nodeId);
    if (neighbour.links.size > MAX_TOLD_LINKS) return "more neighbours than are told of";
    neighbour.hops = routes;
    this.#evaluate();
    return undefined;
  }

  /** Other voters are to be reached. */
  recordChanged(): void {
    this.#evaluate();
  }

  /** Whether two replicas are known, this one perhaps among them, that are not connected to each other. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** Whether live writes are passed on, so that they reach those who are no neighbours of their writers. */
  get isRelaying(): boolean {
    return this.#isPartial && this.#root !== undefined;
  }

  get routes(): ReadonlyMap<NodeId, Route> {
    return this.#routes;
  }

  /**
   * Where a live write goes that has come from this peer, if from one. What its writer has sent itself its other neighbours have.
   * @param byWriter whether the peer is the writer
   */
  relayTargets(from: Peer | undefined, byWriter: boolean): Peer[] {
    const reached = byWriter && from !== undefined ? this.#neighbours.get(from.link)?.links : undefined;
    return [...this.#neighbours.values()]
      .filter((to) => to.link !== from?.link && this.#isInTree(to) && reached?.has(to.nodeId) !== true)
      .map(({ peer }) => peer);
  }

  /** The neighbours that are not connected to this one, as far as is known. */
  beyond(from: Peer): Peer[] {
    const reached = this.#neighbours.get(from.link)?.links;
    return [...this.#neighbours.values()]
      .filter(({ link, nodeId }) => link !== from.link && reached?.has(nodeId) !== true)
      .map(({ peer }) => peer);
  }

  /** Whether it is a neighbour, or a neighbour's. */
  knows(nodeId: NodeId): boolean {
    return [...this.#neighbours.values()].some(
      (neighbour) => neighbour.nodeId === nodeId || neighbour.links.has(nodeId),
    );
  }

  wake(): void {
    if (this.#isNews && this.#env.now() >= this.#notBefore) this.#tell();
  }

  nextWake(): number | undefined {
    return this.#isNews ? this.#notBefore : undefined;
  }

  /** The voter whose tree live writes take. */
  get #root(): NodeId | undefined {
    const { nodeId: self, replicaSet } = this.#env.state;
    return replicaSet.voters.map(({ nodeId }) => nodeId).find((voter) => voter === self || this.#routes.has(voter));
  }

  #isInTree({ link, hops }: Neighbour): boolean {
    const root = this.#root;
    if (root === undefined) return false;
    if (root === this.#env.state.nodeId || this.#routes.get(root)?.link === link) return true;
    return hops.get(root) === THROUGH_YOU;
  }

  #evaluate(): void {
    const before = this.#routes;
    const voters = this.#voters();
    voters.delete(this.#env.state.nodeId);
    this.#routes = routesTo(voters, this.#neighbours.values(), before);
    this.#isPartial = this.#findPartial();
    this.#isNews = true;
    if (this.#env.now() >= this.#notBefore) this.#tell();
    if (isOther(before, this.#routes)) this.#changed();
  }

  #findPartial(): boolean {
    const known = new Set<NodeId>();
    for (const { nodeId, links } of this.#neighbours.values()) {
      known.add(nodeId);
      for (const other of links) known.add(other);
    }
    // Of each other all must be neighbours; this replica is nobody's news to itself.
    return [...this.#neighbours.values()].some(({ links }) => links.size + 1 < known.size);
  }

  /** Of the epoch that this replica goes by, and of the next. */
  #voters(): Set<NodeId> {
    const { replicaSet, lineages, home } = this.#env.state;
    const decided = lineages.get(home)?.decided?.voters ?? [];
    return new Set([...replicaSet.voters, ...decided].map(({ nodeId }) => nodeId));
  }

  #tell(): void {
    this.#isNews = false;
    const nodeIds = [...this.#neighbours.values()].map(({ nodeId }) => nodeId).slice(0, MAX_TOLD_LINKS);
    let hasTold = false;
    for (const neighbour of this.#neighbours.values()) {
      const links = new Set(nodeIds.filter((nodeId) => nodeId !== neighbour.nodeId));
      const come = [...links].filter((nodeId) => !neighbour.toldLinks.has(nodeId));
      const gone = [...neighbour.toldLinks].filter((nodeId) => !links.has(nodeId));
      const routes = this.#routesFor(neighbour);
      const asText = JSON.stringify([...routes]);
      if (come.length + gone.length === 0 && asText === (neighbour.toldRoutes || "[]")) continue;
      for (const nodeId of gone) neighbour.toldLinks.delete(nodeId);
      for (const nodeId of come) neighbour.toldLinks.add(nodeId);
      neighbour.toldRoutes = asText;
      hasTold = true;
      this.#env.emit({ type: "send", link: neighbour.link, message: { type: "neighbours", come, gone, routes } });
    }
    if (hasTold) this.#notBefore = this.#env.now() + NEIGHBOURS_INTERVAL_MS;
  }

  /** Poisoned reverse: whom a route goes through hears no way back. A voter that is a neighbour is told of as one. */
  #routesFor(neighbour: Neighbour): Map<NodeId, number> {
    const routes = new Map<NodeId, number>();
    for (const [voter, { link, hops }] of this.#routes) {
      if (hops === 1 || routes.size >= MAX_ROUTES_TOLD) continue;
      if (link === neighbour.link) routes.set(voter, THROUGH_YOU);
      else if (hops < MAX_ROUTE_HOPS) routes.set(voter, hops);
    }
    return routes;
  }
}

function isOther(before: ReadonlyMap<NodeId, Route>, now: ReadonlyMap<NodeId, Route>): boolean {
  if (before.size !== now.size) return true;
  return [...now].some(([voter, { link, hops }]) => {
    const was = before.get(voter);
    return was?.link !== link || was.hops !== hops;
  });
}
