import type { NodeId } from "./node-id.ts";
import type { AntiEntropy } from "./anti-entropy.ts";
import type { ContextHistory } from "./context-history.ts";
import type { Environment } from "./environment.ts";
import { isVoter } from "./replica-set.ts";
import type { Peer } from "./peer.ts";
import { peerOf } from "./environment.ts";
import type { ReplicaInfo, ReplicaStatus } from "./effects.ts";

/** A peer that has been behind for longer than this is shown as lagging: a few sync intervals and a slow commit are not. */
export const LAGGING_AFTER_MS = 1000;

/** How each known replica is doing, as seen from here. */
export class PeerStatus {
  readonly #env: Environment;
  readonly #antiEntropy: AntiEntropy;
  readonly #history: ContextHistory;
  readonly #told = new Map<NodeId, ReplicaStatus>();

  constructor(env: Environment, antiEntropy: AntiEntropy, history: ContextHistory) {
    this.#env = env;
    this.#antiEntropy = antiEntropy;
    this.#history = history;
  }

  /** A transaction is durable: peers that have not told an equal digest differ from now on. */
  contextChanged(): void {
    for (const peer of this.#env.peers.values()) this.compare(peer);
  }

  /** Notes since when a peer and this replica have differed. */
  compare(peer: Peer): void {
    const now = this.#env.now();
    const theirs = peer.theirDigest;
    if (theirs?.equals(this.#env.state.context.digest) === true) {
      peer.differsSince = undefined;
      peer.lastSyncAt = now;
    } else {
      const movedOn = theirs === undefined ? undefined : this.#history.supersededAt(theirs);
      peer.differsSince = Math.max(peer.differsSince ?? now, movedOn ?? 0);
    }
  }

  /** The largest lag among online voters; 0 alone. Of one that is reached over others, that of the neighbour on the way to it: at least so much. */
  lagMs(nowMs: number): number {
    let lag = 0;
    for (const peer of this.#env.peers.values()) {
      if (isVoter(this.#env.state.replicaSet, peer.nodeId)) lag = Math.max(lag, lagOf(peer, nowMs));
    }
    for (const { via } of this.#env.distant.values()) {
      const neighbour = this.#env.peers.get(via);
      if (neighbour !== undefined) lag = Math.max(lag, lagOf(neighbour, nowMs));
    }
    return lag;
  }

  /** This replica first, then who is connected, then the voters that are not: of those that are reached over others only that is known. */
  replicas(nowMs: number): ReplicaInfo[] {
    const { nodeId, deviceId, replicaSet } = this.#env.state;
    const role = (id: NodeId): "voter" | "learner" => (isVoter(replicaSet, id) ? "voter" : "learner");
    const infos: ReplicaInfo[] = [{ id: nodeId, deviceId, role: role(nodeId), status: "healthy", lagMs: 0 }];
    for (const peer of this.#env.peers.values()) {
      infos.push({
        id: peer.nodeId,
        deviceId: peer.deviceId,
        role: role(peer.nodeId),
        status: this.#statusOf(peer, nowMs),
        lagMs: lagOf(peer, nowMs),
        hops: 1,
        ...(peer.lastSyncAt === undefined ? {} : { lastSyncAt: peer.lastSyncAt }),
      });
    }
    for (const voter of replicaSet.voters) {
      if (voter.nodeId === nodeId || peerOf(this.#env.peers, voter.nodeId) !== undefined) continue;
      const info = { id: voter.nodeId, deviceId: voter.deviceId, role: "voter" } as const;
      const distant = [...this.#env.distant.values()].find((other) => other.nodeId === voter.nodeId);
      if (distant === undefined) infos.push({ ...info, status: "offline", lagMs: 0 });
      else infos.push({ ...info, status: "healthy", hops: distant.hops });
    }
    return infos;
  }

  /** Tells what has changed since it was last told. */
  tell(): void {
    const current = new Map<NodeId, ReplicaStatus>();
    for (const nodeId of this.#told.keys()) current.set(nodeId, "offline");
    for (const { nodeId } of this.#env.distant.values()) current.set(nodeId, "healthy");
    for (const peer of this.#env.peers.values()) current.set(peer.nodeId, this.#statusOf(peer, this.#env.now()));
    for (const [nodeId, status] of current) {
      if (this.#told.get(nodeId) === status) continue;
      this.#env.emit({ type: "notice", notice: { type: "replica", nodeId, status } });
      if (status === "offline") this.#told.delete(nodeId);
      else this.#told.set(nodeId, status);
    }
  }

  /** When a status may change by itself, or `undefined`. */
  nextWake(): number | undefined {
    let next: number | undefined;
    for (const peer of this.#env.peers.values()) {
      if (peer.differsSince === undefined || this.#told.get(peer.nodeId) !== "healthy") continue;
      next = Math.min(next ?? Number.POSITIVE_INFINITY, peer.differsSince + LAGGING_AFTER_MS);
    }
    return next;
  }

  #statusOf(peer: Peer, nowMs: number): ReplicaStatus {
    if (lagOf(peer, nowMs) < LAGGING_AFTER_MS) return "healthy";
    return this.#antiEntropy.isBusy(peer.link) ? "recovering" : "lagging";
  }
}

function lagOf(peer: Peer, nowMs: number): number {
  return peer.differsSince === undefined ? 0 : Math.max(1, nowMs - peer.differsSince);
}
