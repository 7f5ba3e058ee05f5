import type { Environment } from "./environment.ts";
import { MAX_LEASED_TOLD } from "./codec/limits.ts";
import type { NodeId } from "./node-id.ts";

/** How long a replica that has gone still keeps tombstones from being collected: a month away is common, and costs its return nothing. */
export const LEASE_MS: number = 30 * 24 * 60 * 60 * 1000;
/** Leases kept: more replicas than a room sees in a month; of a crowd, those that reported longest ago are forgotten. */
export const MAX_LEASES: number = MAX_LEASED_TOLD;
/** Between two writes of one lease to the disk. After a reload a lease may lapse by this much early, which only its holder pays for. */
const KEEP_EVERY_MS: number = 60 * 60 * 1000;

/** When a replica last said what it durably holds: milliseconds since 1970, by this replica's clock. */
export interface Lease {
  readonly nodeId: NodeId;
  readonly reportedAt: number;
}

/**
 * Who keeps tombstones from being collected beside the voters (C9): whoever has reported within LEASE_MS. Outlives a reload, so that
 * a learner that is away still counts.
 *
 * Whoever is not leased any more, by time, by a clock that jumped or by the limit, finds its context behind the horizon when it returns,
 * and repairs: a lease only spares that. A time in the future, from before a clock was set back, counts as now.
 */
export class Leases {
  readonly #env: Environment;
  readonly #reportedAt: Map<NodeId, number>;
  readonly #keptAt: Map<NodeId, number>;

  constructor(env: Environment, kept: readonly Lease[]) {
    this.#env = env;
    this.#reportedAt = new Map(kept.map((lease) => [lease.nodeId, lease.reportedAt]));
    this.#keptAt = new Map(this.#reportedAt);
  }

  renew(nodeId: NodeId): void {
    const now = this.#env.now();
    // The map is in the order of reports, so that its first entries are the oldest.
    this.#reportedAt.delete(nodeId);
    this.#reportedAt.set(nodeId, now);
    this.forgetLapsed();
    if (Math.abs(now - (this.#keptAt.get(nodeId) ?? Number.NEGATIVE_INFINITY)) >= KEEP_EVERY_MS) this.#keep();
  }

  holders(): NodeId[] {
    return [...this.#reportedAt.keys()];
  }

  /** When the next lease lapses, or `undefined`. */
  nextLapse(): number | undefined {
    const times = [...this.#reportedAt.values()];
    return times.length === 0 ? undefined : Math.min(...times) + LEASE_MS;
  }

  /** Returns whether there are fewer now. */
  forgetLapsed(): boolean {
    const now = this.#env.now();
    const before = this.#reportedAt.size;
    for (const [nodeId, reportedAt] of this.#reportedAt) {
      if (reportedAt > now) this.#reportedAt.set(nodeId, now);
      else if (now - reportedAt >= LEASE_MS || this.#reportedAt.size > MAX_LEASES) this.#reportedAt.delete(nodeId);
    }
    return this.#reportedAt.size < before;
  }

  #keep(): void {
    const leases = [...this.#reportedAt].map(([nodeId, reportedAt]) => ({ nodeId, reportedAt }));
    this.#keptAt.clear();
    for (const { nodeId, reportedAt } of leases) this.#keptAt.set(nodeId, reportedAt);
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        draft.keepLeases(leases);
        return false;
      },
      settle: () => undefined,
      // Tried again at the next report.
      fail: () => this.#keptAt.clear(),
    });
  }
}
