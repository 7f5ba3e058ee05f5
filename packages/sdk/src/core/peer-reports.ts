import { ContextDigest, DIGEST_BUCKETS } from "./context-digest.ts";
import type { CausalContext } from "./causal-context.ts";
import type { ContextHistory } from "./context-history.ts";
import type { IntervalSet } from "./interval-set.ts";
import type { NodeId, Origin } from "./node-id.ts";
import type { Report } from "./messages.ts";

const NOTHING: IntervalSet = [];

interface Reported {
  readonly digest: ContextDigest;
  readonly leased: readonly NodeId[];
  /** For each digest bucket a context of ours that the peer's equals there; `undefined` while we know of none. */
  readonly equal: (CausalContext | undefined)[];
  unknown: number;
}

/**
 * What each peer has said to hold durably (C9). It tells a digest; what that stands for is known, bucket by bucket, once this replica
 * has been at the same context itself: then it is, or was, that context. The newest report replaces the one before.
 *
 * Kept in memory only: after a reload nothing is collected until whoever counts has reported anew.
 */
export class PeerReports {
  readonly #history: ContextHistory;
  readonly #reports = new Map<NodeId, Reported>();

  constructor(history: ContextHistory) {
    this.#history = history;
  }

  note(nodeId: NodeId, { digest, leased }: Pick<Report, "digest" | "leased">): void {
    const equal = this.#history.matching(digest);
    this.#reports.set(nodeId, {
      digest,
      leased,
      equal,
      unknown: equal.filter((context) => context === undefined).length,
    });
  }

  /** This replica's context has become another: perhaps one that a peer has reported already. */
  contextChanged(context: CausalContext): void {
    for (const reported of this.#reports.values()) {
      if (reported.unknown === 0) continue;
      for (let bucket = 0; bucket < DIGEST_BUCKETS; bucket++) {
        if (reported.equal[bucket] !== undefined || !context.digest.equalsIn(bucket, reported.digest)) continue;
        reported.equal[bucket] = context;
        reported.unknown--;
      }
    }
  }

  /** Keeps the reports of these replicas alone. */
  keepOnly(nodeIds: ReadonlySet<NodeId>): void {
    for (const nodeId of this.#reports.keys()) if (!nodeIds.has(nodeId)) this.#reports.delete(nodeId);
  }

  hasReported(nodeId: NodeId): boolean {
    return this.#reports.has(nodeId);
  }

  /** The own contexts that the peer's equalled when it reported; `undefined` while some part of it is not known. */
  equalled(nodeId: NodeId): ReadonlySet<CausalContext> | undefined {
    const reported = this.#reports.get(nodeId);
    if (reported === undefined || reported.unknown > 0) return undefined;
    return new Set(reported.equal as readonly CausalContext[]);
  }

  /** Who has a lease with the peer. */
  leasedBy(nodeId: NodeId): readonly NodeId[] {
    return this.#reports.get(nodeId)?.leased ?? [];
  }

  /** The seqs of an origin that the peer is known to hold durably. */
  heldBy(nodeId: NodeId, origin: Origin): IntervalSet {
    return this.#reports.get(nodeId)?.equal[ContextDigest.bucketOf(origin)]?.origins.get(origin) ?? NOTHING;
  }
}
