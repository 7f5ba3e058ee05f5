import type { NodeId } from "../../core/node-id.ts";

export interface PartialViewOptions {
  /** So many links at most, those to preferred nodes not counted. */
  readonly maxPeers: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/** A third of the places is left to those who ask, so that they need not push others out. */
const SOUGHT_SHARE: number = 2 / 3;
/** Of two that parted neither comes back to the other at once: there are others, and the two would take turns for ever. */
const APART_MS = 60_000;
/** From asking somebody to the open link at the latest: an answer by signaling, and an attempt to connect. */
const EXCHANGE_MS = 30_000;

/**
 * Whom a node of a room keeps links to (T7). Up to `maxPeers` others all of them. In larger rooms a few random ones, after the active view
 * of HyParView (Leitão, Pereira and Rodrigues, "HyParView: a membership protocol for reliable gossip-based broadcast", DSN 2007): who
 * has fewer links than it seeks asks others, chosen at random; who is asked agrees, and lets go of a random link if it has too many; and now
 * and then a link is exchanged for another. The graph of all links stays random and therefore in one piece, since each node seeks
 * far more of them than that takes. A passive view is not kept: signaling, without which no link can be made, names others when asked.
 */
export class PartialView {
  readonly #maxPeers: number;
  readonly #sought: number;
  readonly #random: () => number;
  readonly #links = new Set<NodeId>();
  /** Until when those stay apart that parted by choice. */
  readonly #apart = new Map<NodeId, number>();
  #preferred: ReadonlySet<NodeId> = new Set();
  #roomSize = 1;
  #exchangingUntil = 0;

  constructor({ maxPeers, random }: PartialViewOptions) {
    this.#maxPeers = maxPeers;
    this.#sought = Math.ceil(maxPeers * SOUGHT_SHARE);
    this.#random = random;
  }

  /** Whether there are too many for everybody to be linked to everybody. */
  get isPartial(): boolean {
    return Math.max(this.#roomSize - 1, this.#links.size) > this.#maxPeers;
  }

  /** This node included, as far as is known. */
  get roomSize(): number {
    return Math.max(this.#roomSize, this.#links.size + 1);
  }

  set roomSize(size: number) {
    this.#roomSize = size;
  }

  /** Preferred nodes without a link. */
  get missing(): readonly NodeId[] {
    return [...this.#preferred].filter((nodeId) => !this.#links.has(nodeId));
  }

  /** Whether there is one link to be had beyond those that are sought, in exchange for another. */
  isExchanging(now: number): boolean {
    return now < this.#exchangingUntil;
  }

  /** How many more links to seek, where so many attempts are under way. */
  lacks(attempts: number): number {
    return Math.max(0, this.#sought - this.#ordinary().length - attempts);
  }

  /** How many to ask for one at once: half of what is lacking, since where many lack links they are asked themselves as well. */
  asks(attempts: number): number {
    return Math.ceil(this.lacks(attempts) / 2);
  }

  /** Whether this node, where so many attempts are under way, would have a link to that one. */
  wants(nodeId: NodeId, attempts: number, now: number): boolean {
    if (this.#preferred.has(nodeId) || !this.isPartial) return true;
    return this.accepts(nodeId, now) && this.lacks(attempts) > 0;
  }

  /** Whether that node is given a link that it asks for. A newcomer always is, at a random other's expense. */
  accepts(nodeId: NodeId, now: number): boolean {
    return this.#preferred.has(nodeId) || !this.isPartial || (this.#apart.get(nodeId) ?? 0) <= now;
  }

  /** Whether to heed what somebody says to all: as many do as it seeks links, so that a large room does not answer as one. */
  heeds(nodeId: NodeId): boolean {
    if (!this.isPartial || this.#preferred.has(nodeId)) return true;
    return this.#random() < this.#sought / this.#roomSize;
  }

  /** So many of them at random. */
  choose<T>(candidates: Iterable<T>, count: number): T[] {
    const left = [...candidates];
    const chosen: T[] = [];
    while (chosen.length < count && left.length > 0) chosen.push(...left.splice(this.#below(left.length), 1));
    return chosen;
  }

  /** @returns whom to let go */
  prefer(nodeIds: ReadonlySet<NodeId>, now: number): readonly NodeId[] {
    this.#preferred = nodeIds;
    const surplus = this.isPartial ? this.#ordinary().length - this.#maxPeers : 0;
    return this.choose(this.#ordinary(), surplus).map((nodeId) => this.#part(nodeId, now));
  }

  /** From now on, or until it was in vain for a while, the next link takes another's place. False while more are sought. */
  exchange(now: number): boolean {
    if (!this.isPartial || this.lacks(0) > 0) return false;
    this.#exchangingUntil = now + EXCHANGE_MS;
    return true;
  }

  /** There is a link. @returns whom to let go in its favour */
  linked(nodeId: NodeId, now: number): NodeId | undefined {
    this.#links.add(nodeId);
    this.#apart.delete(nodeId);
    if (!this.isPartial || this.#preferred.has(nodeId)) return undefined;
    const others = this.#ordinary().filter((other) => other !== nodeId);
    const places = this.isExchanging(now) ? this.#sought : this.#maxPeers;
    this.#exchangingUntil = 0;
    if (others.length < places) return undefined;
    const [loser] = this.choose(others, 1);
    return loser === undefined ? undefined : this.#part(loser, now);
  }

  /** @param byChoice one of the two has let the other go */
  unlinked(nodeId: NodeId, byChoice: boolean, now: number): void {
    if (byChoice) this.#part(nodeId, now);
    else this.#links.delete(nodeId);
  }

  #part(nodeId: NodeId, now: number): NodeId {
    this.#links.delete(nodeId);
    for (const [other, until] of this.#apart) if (until <= now) this.#apart.delete(other);
    this.#apart.set(nodeId, now + APART_MS);
    return nodeId;
  }

  #ordinary(): NodeId[] {
    return [...this.#links].filter((nodeId) => !this.#preferred.has(nodeId));
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}
