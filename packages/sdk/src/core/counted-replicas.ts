import type { CausalContext } from "./causal-context.ts";
import type { ContextHistory } from "./context-history.ts";
import type { Dot } from "./dot.ts";
import type { Environment } from "./environment.ts";
import { hasInteger } from "./interval-set.ts";
import { type Lease, Leases } from "./leases.ts";
import type { NodeId } from "./node-id.ts";
import { PeerReports } from "./peer-reports.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { Report } from "./messages.ts";

/** Who has to hold something before it is gone without, and what each of them is known to hold durably (C9, C11). */
export class CountedReplicas {
  readonly leases: Leases;
  readonly reports: PeerReports;
  readonly #env: Environment;

  constructor(env: Environment, history: ContextHistory, leases: readonly Lease[]) {
    this.#env = env;
    this.leases = new Leases(env, leases);
    this.reports = new PeerReports(history);
  }

  hear(nodeId: NodeId, report: Report): void {
    this.leases.renew(nodeId);
    this.reports.note(nodeId, report);
  }

  /** C9: the voters of that record and whoever has a lease, without this replica itself, whose own commit is what counts. */
  of(record: ReplicaSetRecord): NodeId[] {
    const counted = new Set([...record.voters.map((voter) => voter.nodeId), ...this.leases.holders()]);
    counted.delete(this.#env.state.nodeId);
    return [...counted];
  }

  /**
   * C11: whether every voter, every leased learner, whoever is connected and whoever has a lease with one of these has durably reported this
   * write, and this replica holds all that they held when they did: nobody who counts can still come with a write of that id that had not seen it.
   * @param covered what this replica holds
   */
  allHold(dot: Dot, covered: Pick<CausalContext, "covers" | "coversAll">): boolean {
    if (!covered.covers(dot)) return false;
    const { nodeId: self, replicaSet } = this.#env.state;
    const counted = new Set(this.of(replicaSet));
    for (const { nodeId } of this.#env.peers.values()) counted.add(nodeId);
    // Grows while it is gone through.
    for (const nodeId of counted) {
      for (const other of this.reports.leasedBy(nodeId)) if (other !== self) counted.add(other);
      const equalled = this.reports.equalled(nodeId);
      if (equalled === undefined || !hasInteger(this.reports.heldBy(nodeId, dot.origin), dot.seq)) return false;
      for (const context of equalled) if (!covered.coversAll(context)) return false;
    }
    return true;
  }
}
