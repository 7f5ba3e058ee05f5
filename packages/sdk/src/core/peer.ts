import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import type { CausalContext } from "./causal-context.ts";
import type { ContextDigest } from "./context-digest.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/** Names one connection; a peer that reconnects gets a new one. */
export type LinkId = number & { readonly __brand: "LinkId" };

/** Whom messages are exchanged with: a peer, or a voter or an asker that is reached over others (T7), whose link is below zero. */
export interface Correspondent {
  readonly link: LinkId;
  readonly nodeId: NodeId;
}

/** A voter that is no neighbour. */
export interface DistantPeer extends Correspondent {
  /** The neighbour on the way to it, and how many connections that is. */
  readonly via: LinkId;
  readonly hops: number;
}

/** A connected replica that has said hello. */
export interface Peer extends Correspondent {
  readonly deviceId: DeviceId;
  /** Always on, as it says (Q7a). */
  readonly steady: boolean;
  /** The newest record it is known to go by. */
  replicaSet: ReplicaSetRecord;
  /** The lineage that it goes, or went, by and of which it has said that it has decided to yield (Q7b). */
  ending: LineageId | undefined;
  /** What it was last told of each lineage, so that it is told what is news. */
  readonly told: Map<LineageId, string>;
  /** What its context last hashed to, and what ours did when we last told it. */
  theirDigest: ContextDigest | undefined;
  toldDigest: ContextDigest | undefined;
  /** The horizon that it has told, and ours as it was last told, on this connection. */
  theirHorizon: CausalContext;
  toldHorizon: { readonly horizon: CausalContext; readonly resets: number } | undefined;
  /** Since when the two have differed; `undefined` while they are equal. */
  differsSince: number | undefined;
  lastSyncAt: number | undefined;
}
