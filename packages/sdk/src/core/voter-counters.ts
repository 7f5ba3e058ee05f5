import { hasVote, newestRecord } from "./lineage-state.ts";
import type { Distrust, EpochRef } from "./messages.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { SeenCounter } from "./store-layout.ts";
import type { SmallMutation } from "./commit-queue.ts";

/** NodeIds remembered: a room's voters of a long time, a few dozen bytes each. */
const MAX_SEEN_COUNTERS = 256;

/** Commits of a voter between two notes of its counter on the disk of a replica that stores nothing else meanwhile. */
const KEEP_EVERY = 256;

/**
 * Q3: every voter's durable counter only grows. One that goes backwards is a store restored from a backup: it may have forgotten what
 * it acknowledged and how it voted, so it does not count in an epoch unless a later one than that in which this was seen has enrolled it.
 * Who sees it tells the others, the store itself among them.
 */
export class VoterCounters {
  readonly #env: Environment;
  readonly #forgot: () => void;
  readonly #seen: Map<NodeId, SeenCounter>;
  readonly #kept = new Map<NodeId, number>();

  /** @param forgot called when a voter is found to have forgotten, and counts no more. */
  constructor(env: Environment, seen: readonly SeenCounter[], forgot: () => void) {
    this.#env = env;
    this.#forgot = forgot;
    this.#seen = new Map(seen.map((counter) => [counter.nodeId, counter]));
  }

  /** Takes note of a counter; returns whether it has gone backwards just now. */
  note(nodeId: NodeId, counter: number): boolean {
    const seen = this.#seen.get(nodeId);
    const regressed = seen !== undefined && counter < seen.counter;
    if (seen?.counter === counter) return false;
    const before = seen?.regressedIn ?? [];
    const regressedIn = regressed ? before.concat(this.#epochsOf(nodeId)) : before;
    this.#set({ nodeId, counter, regressedIn });
    if (regressed || counter >= (this.#kept.get(nodeId) ?? 0) + KEEP_EVERY) this.#keep();
    if (regressed) {
      this.#tellAll();
      this.#forgot();
    }
    return regressed;
  }

  /** The newest counter that is known of a voter. */
  seenOf(nodeId: NodeId): number {
    return this.#seen.get(nodeId)?.counter ?? 0;
  }

  /** As `note`, for a message of a class that others overtake (T3): an older counter in it tells nothing. */
  noteOvertaken(nodeId: NodeId, counter: number): void {
    if (counter > (this.#seen.get(nodeId)?.counter ?? 0)) this.note(nodeId, counter);
  }

  /** Another replica has seen a counter go backwards. Returns whether that is news of a voter. */
  onDistrust({ nodeId, lineage, epoch }: Distrust): boolean {
    const state = this.#env.state.lineages.get(lineage);
    if (state === undefined || !hasVote(state, nodeId) || epoch > newestRecord(state).epoch) return false;
    const seen = this.#seen.get(nodeId) ?? { nodeId, counter: 0, regressedIn: [] };
    if (seen.regressedIn.some((ref) => ref.lineage === lineage && ref.epoch >= epoch)) return false;
    this.#set({ ...seen, regressedIn: [...seen.regressedIn, { lineage, epoch }] });
    this.#keep();
    this.#tellAll();
    this.#forgot();
    return true;
  }

  trusts(record: ReplicaSetRecord, nodeId: NodeId): boolean {
    const since = record.voters.find((voter) => voter.nodeId === nodeId)?.since ?? 0;
    const regressedIn = this.#seen.get(nodeId)?.regressedIn ?? [];
    return !regressedIn.some(({ lineage, epoch }) => lineage === record.lineage && epoch >= since);
  }

  /**
   * Whether these voters' promises, votes or seals speak for the epoch: a majority that has forgotten nothing, or every voter. With all
   * of them, whatever one has forgotten another of its majority tells.
   */
  speakFor(record: ReplicaSetRecord, answered: Iterable<NodeId>): boolean {
    const answers = new Set(answered);
    const voters = record.voters.map((voter) => voter.nodeId).filter((nodeId) => answers.has(nodeId));
    if (voters.length === record.voters.length) return true;
    return 2 * voters.filter((nodeId) => this.trusts(record, nodeId)).length > record.voters.length;
  }

  /** What is known of voters' forgetting, for a peer that has come. */
  distrusts(): Distrust[] {
    const distrusts: Distrust[] = [];
    for (const state of this.#env.state.lineages.values()) {
      const record = newestRecord(state);
      for (const { nodeId, since } of record.voters) {
        const last = lastIn(record, this.#seen.get(nodeId)?.regressedIn ?? []);
        if (last !== undefined && last >= since)
          distrusts.push({ type: "distrust", lineage: record.lineage, epoch: last, nodeId });
      }
    }
    return distrusts;
  }

  /**
   * What is kept in a transaction that is made anyway: what voters have been seen to be at, if that is news. So it outlives a reload, after which this
   * replica may be all that can tell a restored voter from one that only was away.
   */
  keepIn(draft: Draft): SmallMutation[] {
    if (draft.isEmpty) return [];
    const hasNews = [...this.#seen.values()].some(
      ({ nodeId, counter }) => this.#kept.get(nodeId) !== counter && this.#hasVote(nodeId),
    );
    return hasNews ? [this.#keeping()] : [];
  }

  #tellAll(): void {
    for (const message of this.distrusts())
      for (const { link } of this.#env.peers.values()) this.#env.emit({ type: "send", link, message });
  }

  /** Where the node has a vote to lose. */
  #epochsOf(nodeId: NodeId): EpochRef[] {
    return [...this.#env.state.lineages.values()]
      .filter((state) => hasVote(state, nodeId))
      .map((state) => ({ lineage: state.active.lineage, epoch: newestRecord(state).epoch }));
  }

  #set(seen: SeenCounter): void {
    // Of lineages that are gone, nothing need be remembered; of each other, the last time.
    const last = new Map<string, EpochRef>();
    for (const ref of seen.regressedIn)
      if (this.#env.state.lineages.has(ref.lineage) && ref.epoch >= (last.get(ref.lineage)?.epoch ?? 0))
        last.set(ref.lineage, ref);
    this.#seen.delete(seen.nodeId);
    this.#seen.set(seen.nodeId, { ...seen, regressedIn: [...last.values()] });
    this.#forgetOldest();
  }

  /** Never a voter: a crowd of strangers must not make a restored store's counter look new. */
  #forgetOldest(): void {
    if (this.#seen.size <= MAX_SEEN_COUNTERS) return;
    for (const [nodeId] of this.#seen) {
      if (this.#seen.size <= MAX_SEEN_COUNTERS) return;
      if (!this.#hasVote(nodeId)) this.#seen.delete(nodeId);
    }
  }

  #keep(): void {
    this.#env.queue.push(this.#keeping());
  }

  #keeping(): SmallMutation {
    let counters: SeenCounter[] = [];
    return {
      size: 0,
      stage: (draft) => {
        // A crowd's are forgotten by a reload: what they were at before they had a vote tells nothing.
        counters = [...this.#seen.values()].filter(({ nodeId }) => this.#hasVote(nodeId));
        draft.keepCounters(counters);
        return false;
      },
      settle: () => {
        for (const { nodeId, counter } of counters) this.#kept.set(nodeId, counter);
      },
      fail: () => undefined,
    };
  }

  #hasVote(nodeId: NodeId): boolean {
    return [...this.#env.state.lineages.values()].some((state) => hasVote(state, nodeId));
  }
}

function lastIn(record: ReplicaSetRecord, refs: readonly EpochRef[]): number | undefined {
  return refs.find((ref) => ref.lineage === record.lineage)?.epoch;
}
