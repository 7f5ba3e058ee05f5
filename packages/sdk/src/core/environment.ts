import type { CommitQueue } from "./commit-queue.ts";
import type { Dot } from "./dot.ts";
import type { DurableState } from "./durable-state.ts";
import type { DocumentModel } from "./entry-document.ts";
import type { Effect } from "./effects.ts";
import type { Correspondent, DistantPeer, LinkId, Peer } from "./peer.ts";
import type { NodeId } from "./node-id.ts";
import type { RoomFacts } from "./room-facts.ts";
import type { StoredVersion } from "./version.ts";

/** Shorter, and a reload or a short way through a tunnel would move data about; longer, and a second loss would stop the room. */
export const VOTER_SWAP_MS: number = 2 * 60 * 1000;

/** What a replica was configured with, as far as the core cares. */
export interface CoreConfig {
  readonly room: string;
  /** Whether it is always on (Q7a). */
  readonly steadyVoter: boolean;
  /** Facts of the room that this replica insists on. */
  readonly insists: RoomFacts;
  /** In a room of documents. */
  readonly documents?: Pick<DocumentModel, "fault"> | undefined;
  readonly syncIntervalMs: number;
  readonly batchSize: number;
  /** For how long a voter is out of reach, awake, before another replica takes its place (Q7a). */
  readonly voterSwapMs: number;
  /** For how long a majority of the voters is, before those that are left found the lineage anew (Q7c). Infinity: for ever. */
  readonly voterExpiryMs: number;
}

/** What the machines of one replica share. */
export interface Environment {
  readonly config: CoreConfig;
  readonly state: DurableState;
  readonly queue: CommitQueue;
  /** The replicas that are connected and have said hello. */
  readonly peers: ReadonlyMap<LinkId, Peer>;
  /** The voters that are not, and can be asked over others (T7). */
  readonly distant: ReadonlyMap<LinkId, DistantPeer>;
  /** The time of the input being handled: milliseconds since 1970. */
  now(): number;
  emit(effect: Effect): void;
  /** Reads versions' payloads; the callback comes with a later input, unless the replica is closed first. */
  load(keys: readonly string[], then: (versions: readonly (StoredVersion | undefined)[]) => void): void;
  /** Takes versions that cannot be read out of the store (S1). The callback is told when they are gone, or why they could not be. */
  mend(dots: readonly Dot[], done: (failure?: Error) => void): void;
}

/** Whoever can be asked for a vote, if it has one. */
export function* correspondents({ peers, distant }: Pick<Environment, "peers" | "distant">): Iterable<Correspondent> {
  yield* peers.values();
  yield* distant.values();
}

/** This replica, and whoever it can ask. */
export function withinReach(env: Pick<Environment, "peers" | "distant" | "state">): Set<NodeId> {
  const there = new Set([env.state.nodeId]);
  for (const { nodeId } of correspondents(env)) there.add(nodeId);
  return there;
}

export function peerOf(peers: ReadonlyMap<LinkId, Peer>, nodeId: NodeId): Peer | undefined {
  for (const peer of peers.values()) if (peer.nodeId === nodeId) return peer;
  return undefined;
}
