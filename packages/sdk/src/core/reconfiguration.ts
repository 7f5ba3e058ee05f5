import { advanced, hasVote, lineageOfRecord, type LineageState } from "./lineage-state.ts";
import { type Candidate, nextEpochOf, type View } from "./next-epoch.ts";
import type { LineageId, NodeId, Origin } from "./node-id.ts";
import { isFree, moveHome } from "./lineage-move.ts";
import { isVoter, outranks, type ReplicaSetRecord, yielding } from "./replica-set.ts";
import type { ReplicaSetNews, Retired, VoterMessage } from "./messages.ts";
import { Courier } from "./courier.ts";
import type { Environment } from "./environment.ts";
import { EpochChange } from "./epoch-change.ts";
import { EpochVoter } from "./epoch-voter.ts";
import { factsConflict } from "./room-facts.ts";
import { foundedBySurvivors } from "./survivors.ts";
import { LineageChanges } from "./lineage-changes.ts";
import { newsFor } from "./lineage-news.ts";
import type { Peer } from "./peer.ts";
import { peerOf } from "./environment.ts";
import { Proposer } from "./proposer.ts";
import { Reachability } from "./reachability.ts";
import { ReplicaSetRequests } from "./replica-set-requests.ts";
import { replicationError } from "./replication-error.ts";
import type { VoterCounters } from "./voter-counters.ts";
import { VoterWishes } from "./voter-wishes.ts";

/** Mints what only randomness and the time can name. */
export interface Mint {
  origin(): Origin;
  lineage(nowMs: number): LineageId;
  /** 8 random bytes, in hex. */
  nonce(): string;
  /** From 0 to 1. */
  fraction(): number;
}

/**
 * Which replica set this replica goes by, and its part in changing it (Q1, Q5 to Q7): learns, tells and decides what should be next;
 * `Proposer`, `EpochVoter` and `EpochChange` bring it about.
 *
 * Invariant: what is told of a lineage is durable here; of one lineage the epoch only grows; a home is left only for a greater one.
 */
export class Reconfiguration {
  readonly #env: Environment;
  readonly #counters: VoterCounters;
  readonly #mint: Mint;
  readonly #changed: () => void;
  readonly requests: ReplicaSetRequests;
  readonly #changes: LineageChanges;
  readonly #courier: Courier;
  readonly #voter: EpochVoter;
  readonly #proposer: Proposer;
  readonly #change: EpochChange;
  readonly #reachability: Reachability;
  readonly #wishes: VoterWishes;
  #shown: ReplicaSetRecord;
  #isMoving = false;

  /** @param changed called when what is known of a lineage has changed. */
  constructor(env: Environment, counters: VoterCounters, mint: Mint, changed: () => void) {
    this.#env = env;
    this.#counters = counters;
    this.#mint = mint;
    this.#changed = changed;
    this.#shown = env.state.replicaSet;
    this.#changes = new LineageChanges(env, () => this.#lineagesChanged());
    this.#courier = new Courier(env, (from, message) => this.receive(from, message));
    this.#wishes = new VoterWishes(env);
    this.#reachability = new Reachability(env, () => this.#canGoOn());
    this.#voter = new EpochVoter(env, this.#changes, this.#courier, (to, lineage) => this.#answer(to, lineage));
    this.#proposer = new Proposer(env, this.#changes, this.#courier, counters, () => mint.origin());
    this.#change = new EpochChange(env, this.#changes, this.#courier, counters, (decided) => this.#winnerOf(decided));
    this.requests = new ReplicaSetRequests(env, (change, nodeId, answer) => {
      this.#wishes.take(change, nodeId, answer, this.#courier);
      this.evaluate();
    });
  }

  peerUp(peer: Peer): void {
    this.#reachability.peerUp(peer.nodeId);
    for (const message of this.#counters.distrusts()) this.#env.emit({ type: "send", link: peer.link, message });
    // Our hello may have crossed with a change, and says nothing of decisions.
    this.#tell(peer);
    this.#proposer.peerUp(peer.nodeId);
    this.#change.peerUp(peer.nodeId);
    this.#learn(peer, peer.replicaSet, undefined);
  }

  peerDown(nodeId: NodeId): void {
    this.#voter.peerDown(nodeId);
    this.#change.peerDown(nodeId);
    this.requests.peerDown(nodeId);
    this.evaluate();
  }

  onNews(peer: Peer, { replicaSet, decided, isHome }: ReplicaSetNews): void {
    if (isHome) peer.replicaSet = replicaSet;
    if (isHome && decided?.yieldsTo !== undefined) peer.ending = decided.lineage;
    this.#learn(peer, replicaSet, decided);
    const state = this.#env.state.lineages.get(replicaSet.lineage);
    const isUndecided = state?.active.epoch === replicaSet.epoch && decided === undefined;
    if (isUndecided && state.decided !== undefined) this.#tell(peer, replicaSet.lineage);
  }

  /** The record by which a voter has refused (Q5). It says nothing of decisions: who has sealed knows one. */
  onRefusal(peer: Peer, replicaSet: ReplicaSetRecord): void {
    this.#learn(peer, replicaSet, undefined);
  }

  /** Q7b: a lineage's state is safe in another. */
  onRetired(peer: Peer, { lineage, replicaSet: winner }: Retired): void {
    peer.replicaSet = winner;
    this.#changes.make((draft) => {
      const state = draft.lineages.get(lineage);
      if (state === undefined || state.retiredInto !== undefined || !outranks(winner, state.active)) return;
      draft.keepLineage({ ...state, sealed: true, retiredInto: winner.lineage });
    });
    this.#learn(peer, winner, undefined);
  }

  /** What the voters of a lineage say to each other, and this replica to itself. */
  receive(from: NodeId, message: VoterMessage): void {
    if ("counter" in message) this.#counters.note(from, message.counter);
    switch (message.type) {
      case "prepare":
        this.#voter.onPrepare(from, message);
        return;
      case "promise":
        this.#proposer.onPromise(from, message);
        return;
      case "accept":
        this.#voter.onAccept(from, message);
        return;
      case "accepted":
        this.#proposer.onAccepted(from, message);
        return;
      case "ballot-refused":
        this.#proposer.onRefused(message);
        return;
      case "seal":
        this.#voter.onSeal(from, message);
        return;
      case "sealed":
        this.#change.onSealed(from, message);
        return;
      case "install":
        this.#voter.onInstall(from, message);
        return;
      case "installed":
        this.#change.onInstalled(from, message);
        return;
      case "distrust":
        if (this.#counters.onDistrust(message)) this.evaluate();
        return;
    }
  }

  /** Does whatever can be done now. */
  evaluate(): void {
    this.#voter.advance();
    this.#wishes.settle(this.#courier);
    this.#moveHome();
    this.#surviveLoss();
    this.#proposer.forgetLeft();
    this.#change.forgetLeft();
    for (const state of this.#env.state.lineages.values()) {
      this.#proposer.evaluate(state, this.#wanted(state), this.#wishes.isWaiting);
      this.#change.evaluate(state);
    }
  }

  wake(): void {
    this.requests.wake();
    this.#reachability.wake();
    if (this.#changes.takeRetry())
      for (const peer of this.#env.peers.values()) this.#learn(peer, peer.replicaSet, undefined);
    this.evaluate();
  }

  nextWake(): number | undefined {
    const times = [this.requests, this.#changes, this.#proposer, this.#change, this.#reachability].map((part) =>
      part.nextWake(),
    );
    const next = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(next) ? next : undefined;
  }

  #learn(peer: Peer, active: ReplicaSetRecord, decided: ReplicaSetRecord | undefined): void {
    const { lineage } = active;
    const state = this.#env.state.lineages.get(lineage);
    if (peer.replicaSet.lineage === lineage && peer.replicaSet.epoch < active.epoch) peer.replicaSet = active;
    const news = state === undefined ? { ...lineageOfRecord(active), decided } : advanced(state, active, decided);
    if (news === state) {
      if (active.epoch < news.active.epoch || news.retiredInto !== undefined) this.#tell(peer, lineage);
    } else if (state !== undefined || hasVote(news, this.#env.state.nodeId)) {
      this.#changes.make((draft) => {
        const known = draft.lineages.get(lineage);
        const next = known === undefined ? news : advanced(known, active, decided);
        if (next !== known) draft.keepLineage(next);
      });
    }
    this.#refuseMisfit(peer);
    // What a peer lives in decides of what it has to hear.
    this.#tell(peer);
    this.evaluate();
  }

  #refuseMisfit(peer: Peer): void {
    const conflict = factsConflict(this.#env.config.insists, peer.replicaSet);
    if (conflict === undefined || !outranks(peer.replicaSet, this.#env.state.replicaSet)) return;
    const message = `This replica's ${conflict.fact} is ${conflict.ours}, the room's is ${conflict.theirs}. Configure the room's value, or leave it out to take it.`;
    this.#env.emit({
      type: "notice",
      notice: { type: "error", error: replicationError("room-mismatch", message, conflict) },
    });
    this.#env.emit({ type: "close", link: peer.link, reason: "room-mismatch" });
  }

  #moveHome(): void {
    const { lineages, home, nodeId } = this.#env.state;
    const state = lineages.get(home);
    if (this.#isMoving || state === undefined) return;
    const heir = state.retiredInto === undefined ? undefined : this.#heirOf(state.retiredInto);
    const target = heir ?? this.#greatestAbove(state.active);
    if (target === undefined) return;
    const mayLeave = (left: LineageState): boolean =>
      isFree(left, nodeId, target) || (target.generation > left.active.generation && this.#reachability.isMajorityLost);
    if (!outranks(target, state.active) || lineages.get(target.lineage)?.retiredInto !== undefined) return;
    if (state.retiredInto === undefined && !mayLeave(state)) return;
    this.#move(target, mayLeave);
  }

  #move(target: ReplicaSetRecord, mayLeave: (state: LineageState) => boolean): void {
    this.#isMoving = true;
    const done = (): void => {
      this.#isMoving = false;
    };
    this.#changes.make((draft) => moveHome(draft, target, mayLeave), done, done);
  }

  /** Q7c */
  #surviveLoss(): void {
    const { replicaSet, nodeId } = this.#env.state;
    if (this.#isMoving || !this.#reachability.isMajorityLost || this.#canGoOn()) return;
    const founded = foundedBySurvivors(replicaSet, this.#caughtUp(), nodeId, () => this.#mint.lineage(this.#env.now()));
    if (founded !== undefined) this.#move(founded, () => true);
  }

  /** What this replica would have the voters decide next. */
  #wanted(state: LineageState): ReplicaSetRecord | undefined {
    const { home, nodeId } = this.#env.state;
    const { active } = state;
    if (!isVoter(active, nodeId) || !this.#canDecide(active, (voter) => this.#courier.reaches(voter))) return undefined;
    const isHome = active.lineage === home;
    const winner = this.#greatestAbove(active);
    if (winner === undefined) return isHome ? nextEpochOf(active, this.#view(active)) : undefined;
    if (isHome && isFree(state, nodeId, winner)) return undefined;
    return yielding(active, winner.lineage);
  }

  /** Whether this replica's lineage can decide, or carry out what it has decided, with those who are there. */
  #canGoOn(): boolean {
    const { replicaSet, lineages, home } = this.#env.state;
    const state = lineages.get(home);
    return (
      this.#canDecide(replicaSet, (voter) => this.#courier.isThere(voter)) &&
      (state === undefined || this.#change.canFinish(state))
    );
  }

  /** Q3: what voters that have forgotten decide counts for nothing, so there is no use in asking them again and again. */
  #canDecide(record: ReplicaSetRecord, reaches: (voter: NodeId) => boolean): boolean {
    const reachable = record.voters.map((voter) => voter.nodeId).filter(reaches);
    return this.#counters.speakFor(record, reachable);
  }

  #view(record: ReplicaSetRecord): View {
    return {
      candidates: this.#candidates(record),
      reaches: (nodeId) => this.#courier.reaches(nodeId),
      trusts: (nodeId) => this.#counters.trusts(record, nodeId),
      isLost: (nodeId) => this.#reachability.isLost(nodeId),
      toRemove: new Set(this.#wishes.toRemove.keys()),
      toAdd: new Set(this.#wishes.toAdd.keys()),
    };
  }

  /** Q3: a voter that has forgotten is no candidate before it has caught up; where nobody is there, there is nothing to catch up with. */
  #candidates(record: ReplicaSetRecord): Candidate[] {
    const { state, peers } = this.#env;
    const caughtUp = this.#caughtUp();
    const isAlone = [...peers.values()].every(({ replicaSet }) => replicaSet.lineage !== state.home);
    const isEqual = isAlone || caughtUp.length > 1 || this.#counters.trusts(record, state.nodeId);
    return isEqual ? caughtUp : [];
  }

  /** The connected replicas that go by the same lineage and are equal, so that they hold all that was brought here; this one first. */
  #caughtUp(): Candidate[] {
    const { state, peers, config } = this.#env;
    const { nodeId, deviceId, context, home } = state;
    const equal = [...peers.values()].filter(
      ({ replicaSet, theirDigest }) => replicaSet.lineage === home && theirDigest?.equals(context.digest) === true,
    );
    return [{ nodeId, deviceId, steady: config.steadyVoter }, ...equal];
  }

  /** The greatest lineage known that outranks this one. */
  #greatestAbove(record: ReplicaSetRecord): ReplicaSetRecord | undefined {
    const { lineages } = this.#env.state;
    const known = [...lineages.values()].map(({ active }) => active);
    for (const peer of this.#env.peers.values()) known.push(peer.replicaSet);
    let greatest: ReplicaSetRecord | undefined;
    for (const other of known) {
      if (lineages.get(other.lineage)?.retiredInto !== undefined || !outranks(other, greatest ?? record)) continue;
      // One whose facts differ is being let go already.
      if (factsConflict(this.#env.config.insists, other) === undefined) greatest = other;
    }
    return greatest && this.#newest(greatest.lineage);
  }

  /**
   * Which lineage takes over one that has decided to yield. The one that it has named may have retired without a trace here, or yield itself, to
   * one whose voters it has lost sight of: then any greater lineage will do, as the decision ends the lineage, and what counts is that a
   * majority of some epoch's voters holds its state. Who has moved over shows its neighbours whom to look for (T7).
   */
  #winnerOf({ lineage, yieldsTo }: ReplicaSetRecord): ReplicaSetRecord | undefined {
    const named = yieldsTo === undefined ? undefined : this.#heirOf(yieldsTo);
    const outranked = named ?? this.#env.state.lineages.get(lineage)?.active;
    const greater = outranked && this.#greatestAbove(outranked);
    return named !== undefined && !this.#isEnding(named.lineage) ? named : (greater ?? named);
  }

  #isEnding(lineage: LineageId): boolean {
    const { peers, state } = this.#env;
    const isDecided = state.lineages.get(lineage)?.decided?.yieldsTo !== undefined;
    return isDecided || [...peers.values()].some((peer) => peer.ending === lineage);
  }

  /** The newest record known of a lineage, or of that into which it has retired. */
  #heirOf(lineage: LineageId): ReplicaSetRecord | undefined {
    const { lineages } = this.#env.state;
    let heir = lineage;
    for (let steps = 0; steps < lineages.size; steps++) heir = lineages.get(heir)?.retiredInto ?? heir;
    return this.#newest(heir);
  }

  #newest(lineage: LineageId): ReplicaSetRecord | undefined {
    let newest = this.#env.state.lineages.get(lineage)?.active;
    for (const { replicaSet } of this.#env.peers.values())
      if (replicaSet.lineage === lineage && replicaSet.epoch > (newest?.epoch ?? -1)) newest = replicaSet;
    return newest;
  }

  #lineagesChanged(): void {
    const { replicaSet } = this.#env.state;
    if (replicaSet !== this.#shown)
      this.#env.emit({ type: "notice", notice: { type: "replicaSet", record: replicaSet } });
    this.#shown = replicaSet;
    for (const peer of this.#env.peers.values()) this.#tell(peer);
    this.#changed();
    this.evaluate();
  }

  /** @param again a lineage that the peer is told of though it has been: it seems to have forgotten. */
  #tell(peer: Peer, again?: LineageId): void {
    const { state } = this.#env;
    for (const [lineage, known] of state.lineages) {
      const news = newsFor(peer, known, state);
      if (news === undefined || (peer.told.get(lineage) === news.key && lineage !== again)) continue;
      peer.told.set(lineage, news.key);
      this.#env.emit({ type: "send", link: peer.link, message: news.message });
    }
  }

  /** What a question about a lineage that cannot be answered is answered with. */
  #answer(to: NodeId, lineage: LineageId): void {
    const peer = peerOf(this.#env.peers, to);
    if (peer === undefined) return;
    const known = this.#env.state.lineages.get(lineage);
    if (known === undefined) return;
    if (known.retiredInto !== undefined) {
      const message = { type: "retired", lineage, replicaSet: this.#env.state.replicaSet } as const;
      this.#env.emit({ type: "send", link: peer.link, message });
      return;
    }
    const { active: replicaSet, decided } = known;
    const isHome = lineage === this.#env.state.home;
    this.#env.emit({ type: "send", link: peer.link, message: { type: "replica-set", replicaSet, decided, isHome } });
  }
}
