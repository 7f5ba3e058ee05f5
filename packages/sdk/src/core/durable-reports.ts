import type { Leases } from "./leases.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { ContextDigest } from "./context-digest.ts";
import type { DocumentCuts } from "./document-cuts.ts";
import type { Environment } from "./environment.ts";

/**
 * Between two reports to one peer, and between two flushes for their sake: tombstones are in no hurry, and a strict commit costs a disk
 * some milliseconds.
 */
export const REPORT_INTERVAL_MS: number = 5 * 1000;
/** A peer that stays connected, and quiet, renews its lease. */
export const LEASE_RENEWAL_MS: number = 24 * 60 * 60 * 1000;

interface Reporting {
  readonly peer: Peer;
  /** Whether the peer holds tombstones that it would collect. */
  isWanted: boolean;
  told: { readonly digest: ContextDigest; readonly wanted: boolean; readonly at: number } | undefined;
}

/**
 * Tells peers what this store holds beyond the reach of a power cut (C9, D2).
 *
 * Invariant: a report tells the context that a strict commit left. A room without tombstones hears one report for each connection, then
 * one a day; what only a relaxed commit has is flushed only at the first, or while somebody holds a tombstone.
 */
export class DurableReports {
  readonly #env: Environment;
  readonly #cuts: Pick<DocumentCuts, "isAwaiting">;
  readonly #leases: Pick<Leases, "holders">;
  readonly #links = new Map<LinkId, Reporting>();
  /** `undefined`: this opening has not flushed what an earlier one left unflushed. */
  #durable: ContextDigest | undefined;
  #flushing = false;
  #notBefore = 0;

  constructor(env: Environment, cuts: Pick<DocumentCuts, "isAwaiting">, leases: Pick<Leases, "holders">) {
    this.#env = env;
    this.#leases = leases;
    this.#cuts = cuts;
    this.committed();
  }

  peerUp(peer: Peer): void {
    this.#links.set(peer.link, { peer, isWanted: false, told: undefined });
  }

  peerDown(link: LinkId): void {
    this.#links.delete(link);
  }

  /** A peer says whether it waits for reports. */
  onWanted(peer: Peer, wanted: boolean): void {
    const reporting = this.#links.get(peer.link);
    if (reporting !== undefined) reporting.isWanted = wanted;
  }

  /** A transaction is durable. */
  committed(): void {
    const { relaxedPending, context } = this.#env.state;
    if (!relaxedPending) this.#durable = context.digest;
  }

  /** Sends what is due: the one step that decides. */
  evaluate(): void {
    const now = this.#env.now();
    if (this.#flushing || now < this.#notBefore) return;
    const due = [...this.#links.values()].filter((reporting) => this.#dueAt(reporting) <= now);
    if (due.length === 0) return;
    this.#notBefore = now + REPORT_INTERVAL_MS;
    const mustFlush = due.some((reporting) => reporting.told === undefined || this.#matters(reporting));
    if (mustFlush && this.#durable !== this.#env.state.context.digest) this.#flush(due);
    else this.#send(due);
  }

  nextWake(): number | undefined {
    if (this.#flushing || this.#links.size === 0) return undefined;
    const due = [...this.#links.values()].map((reporting) => this.#dueAt(reporting));
    return Math.max(this.#notBefore, Math.min(...due));
  }

  /** Whether this replica waits for what peers report. */
  get #isWaiting(): boolean {
    return this.#env.state.hasTombstones || this.#cuts.isAwaiting;
  }

  /** Whether this replica or the peer would collect something for knowing what the other holds. */
  #matters(reporting: Reporting): boolean {
    return reporting.isWanted || this.#isWaiting;
  }

  #dueAt(reporting: Reporting): number {
    const { told } = reporting;
    const { context } = this.#env.state;
    if (told === undefined || told.wanted !== this.#isWaiting) return this.#notBefore;
    return told.digest !== context.digest && this.#matters(reporting) ? this.#notBefore : told.at + LEASE_RENEWAL_MS;
  }

  #send(due: readonly Reporting[]): void {
    if (this.#durable === undefined) return;
    const wanted = this.#isWaiting;
    const leased = this.#leases.holders();
    for (const reporting of due) {
      const { link } = reporting.peer;
      if (this.#links.get(link) !== reporting) continue;
      reporting.told = { digest: this.#durable, wanted, at: this.#env.now() };
      this.#env.emit({ type: "send", link, message: { type: "report", digest: this.#durable, wanted, leased } });
    }
  }

  #flush(due: readonly Reporting[]): void {
    this.#flushing = true;
    this.#env.queue.push({
      size: 0,
      stage: () => true,
      settle: () => {
        this.#flushing = false;
        this.committed();
        this.#send(due);
      },
      // Due again in an interval.
      fail: () => {
        this.#flushing = false;
      },
    });
  }
}
