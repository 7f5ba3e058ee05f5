import { hasInterval, intersectIntervals } from "./interval-set.ts";
import { CausalContext } from "./causal-context.ts";
import { CountedReplicas } from "./counted-replicas.ts";
import { DocumentCuts } from "./document-cuts.ts";
import type { Draft } from "./draft.ts";
import { DurableReports } from "./durable-reports.ts";
import type { Environment } from "./environment.ts";
import type { ContextHistory } from "./context-history.ts";
import type { IndexedVersion } from "./held-versions.ts";
import type { IntervalSet } from "./interval-set.ts";
import type { Lease } from "./leases.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Origin } from "./node-id.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { Report } from "./messages.ts";
import { StableCut } from "./stable-cut.ts";
import type { VersionStamp } from "./version.ts";

/** Between two rounds over the tombstones: what is collected later costs a little room till then. */
export const COLLECTION_INTERVAL_MS: number = 5 * 1000;
/** Tombstones in one transaction, as many as of versions: a page is held up no longer than by a batch (P6). */
export const MAX_COLLECTED_AT_ONCE = 200;
/** Ids looked at in one task: less than a millisecond. */
const MAX_EXAMINED_AT_ONCE = 2000;
/** Between two steps of a round, and before one is tried again that found a transaction under way. */
const STEP_PAUSE_MS = 20;

/**
 * Collects tombstones (C9): those whose dot every voter and every leased learner has durably reported, and of whose context this
 * replica has seen every dot. Their dots join the horizon, in the transaction that takes them away.
 *
 * Invariant: the horizon covers every tombstone that was ever collected, lies within this replica's context, and beyond the tombstones
 * holds only what all who count have reported, so that it makes nobody repair who was counted.
 */
export class TombstoneCollection {
  readonly reports: DurableReports;
  /** What documents wait for, told by the same reports. */
  readonly cuts: DocumentCuts;
  readonly #env: Environment;
  readonly #counted: CountedReplicas;
  #context: CausalContext;
  #replicaSet: ReplicaSetRecord;
  /** What collection goes by may have changed since the last round began. */
  #isDue = true;
  #lastRound = 0;
  /** The ids that the round under way has still to look at. */
  #round: Iterator<string> | undefined;
  #nextStep = 0;
  #committing = false;

  constructor(
    env: Environment,
    history: ContextHistory,
    leases: readonly Lease[],
    mesh: Pick<Neighbourhood, "isPartial">,
  ) {
    this.#env = env;
    this.#counted = new CountedReplicas(env, history, leases);
    this.cuts = new DocumentCuts(env, this.#counted, mesh);
    this.reports = new DurableReports(env, this.cuts, this.#counted.leases);
    this.#context = env.state.context;
    this.#replicaSet = env.state.replicaSet;
  }

  onReport(peer: Peer, report: Report): void {
    this.reports.onWanted(peer, report.wanted);
    this.#counted.hear(peer.nodeId, report);
    this.#isDue = true;
    this.cuts.evaluate();
  }

  peerUp(peer: Peer): void {
    this.reports.peerUp(peer);
  }

  peerDown(link: LinkId): void {
    this.reports.peerDown(link);
  }

  /** A transaction is durable; the history knows the context that it left. */
  committed(): void {
    const { context, replicaSet } = this.#env.state;
    this.reports.committed();
    if (context === this.#context && replicaSet === this.#replicaSet) return;
    this.#counted.reports.contextChanged(context);
    this.#context = context;
    this.#replicaSet = replicaSet;
    this.#isDue = true;
    this.cuts.evaluate();
  }

  /** Takes the round under way a step further, or begins one: the one step that decides. */
  wake(): void {
    this.reports.evaluate();
    if (this.#counted.leases.forgetLapsed()) this.#isDue = true;
    const now = this.#env.now();
    if (this.#committing || now < this.#nextWorkAt()) return;
    if (this.#round === undefined) {
      this.#isDue = false;
      this.#lastRound = now;
      const { reports } = this.#counted;
      const counted = this.#counted.of(this.#env.state.replicaSet);
      reports.keepOnly(new Set(counted));
      if (!counted.every((nodeId) => reports.hasReported(nodeId))) return;
      this.#round = this.#env.state.idsWithTombstone()[Symbol.iterator]();
    }
    // A quiet moment: what others wait for goes first.
    if (this.#env.queue.isEmpty) this.#step();
    this.#nextStep = now + STEP_PAUSE_MS;
  }

  nextWake(): number | undefined {
    const times = [this.reports.nextWake(), this.#committing ? undefined : this.#nextWorkAt(), this.#nextLapse()];
    const next = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(next) ? next : undefined;
  }

  #nextWorkAt(): number {
    if (this.#round !== undefined) return this.#nextStep;
    const hasWork = this.#isDue && this.#env.state.hasTombstones;
    return hasWork ? this.#lastRound + COLLECTION_INTERVAL_MS : Number.POSITIVE_INFINITY;
  }

  #nextLapse(): number | undefined {
    return this.#env.state.hasTombstones ? this.#counted.leases.nextLapse() : undefined;
  }

  #step(): void {
    const ids = this.#round;
    if (ids === undefined) return;
    this.#committing = true;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => this.#collectSome(draft, ids),
      settle: () => {
        this.#committing = false;
      },
      fail: () => {
        this.#committing = false;
        this.#round = undefined;
        this.#isDue = true;
      },
    });
  }

  /** Returns whether anything was collected. */
  #collectSome(draft: Draft, ids: Iterator<string>): boolean {
    const { context, resets } = this.#env.state;
    // S1: the context that the reports are compared with is about to shrink; the next step goes by what is left.
    if (draft.resets !== resets) return false;
    const cut = new StableCut(context, this.#counted.of(draft.replicaSet), this.#counted.reports);
    const horizon = new Map<Origin, IntervalSet>();
    let collected = 0;
    for (let examined = 0; examined < MAX_EXAMINED_AT_ONCE && collected < MAX_COLLECTED_AT_ONCE; examined++) {
      const next = ids.next();
      if (next.done === true) {
        this.#round = undefined;
        break;
      }
      const gone = new Set<IndexedVersion>();
      for (const sibling of draft.siblings(next.value)) if (isCollectable(sibling, cut, context)) gone.add(sibling);
      if (gone.size === 0) continue;
      draft.forget(next.value, gone);
      collected += gone.size;
      for (const { dot } of gone) horizon.set(dot.origin, [1, Math.max(horizon.get(dot.origin)?.[1] ?? 1, dot.seq)]);
    }
    if (collected === 0) return false;
    // Rounded up within the cut: else it would hold an interval for each tombstone, for ever.
    const rounded = [...horizon].map(([origin, upTo]) => [origin, intersectIntervals(cut.of(origin), upTo)] as const);
    draft.horizon = draft.horizon.join(CausalContext.of(rounded));
    return true;
  }
}

function isCollectable(version: VersionStamp, cut: StableCut, context: CausalContext): boolean {
  return version.tombstone && cut.covers(version.dot) && coversAllNamed(version, context);
}

/** Whether every write that the version's writer had seen is accounted for here: none can arrive later and show again. */
function coversAllNamed(version: VersionStamp, context: CausalContext): boolean {
  for (const [origin, seq] of version.context)
    if (!hasInterval(context.origins.get(origin) ?? [], 1, seq)) return false;
  return true;
}
