import type { EpochRef, ReadReply } from "./messages.ts";
import { isVoter, requiredAcks } from "./replica-set.ts";
import { readTimedOut, readUnavailable } from "./read-errors.ts";
import { type Dot, dotKey } from "./dot.ts";
import type { Draft } from "./draft.ts";
import { correspondents, type Environment } from "./environment.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import type { Correspondent, LinkId } from "./peer.ts";
import type { OperationId } from "./effects.ts";
import type { QuorumLevel } from "./consistency-level.ts";
import type { ReadDesk } from "./read-desk.ts";
import type { StoredVersion, VersionStamp } from "./version.ts";
import type { VoterCounters } from "./voter-counters.ts";
import type { WriteQuorum } from "./write-quorum.ts";

export interface Inquiry {
  readonly op: OperationId;
  readonly ids: readonly string[];
  readonly level: QuorumLevel;
  readonly deadline: number;
  readonly done: (replies: Replies) => void;
  readonly failed: (error: Error) => void;
}

/** What enough voters of one epoch hold of the ids. */
export class Replies {
  readonly lineage: LineageId;
  readonly #ofVoters: ReadonlyMap<NodeId, Reply>;
  readonly #note: (peer: Correspondent, draft: Draft) => void;

  constructor(
    lineage: LineageId,
    ofVoters: ReadonlyMap<NodeId, Reply>,
    note: (peer: Correspondent, draft: Draft) => void,
  ) {
    this.lineage = lineage;
    this.#ofVoters = ofVoters;
    this.#note = note;
  }

  /** An upper bound on what `joinInto` brings. */
  get size(): number {
    let size = 0;
    for (const { versions } of this.#ofVoters.values()) size += versions.length;
    return size;
  }

  /** Takes into the local store what it lacks (S6: nothing but these dots). */
  joinInto(draft: Draft): void {
    for (const { peer, versions } of this.#ofVoters.values()) {
      for (const version of versions) draft.receive(version);
      if (peer !== undefined) this.#note(peer, draft);
    }
  }

  /** Whether any voter answered that it holds this. */
  holds(dot: Dot): boolean {
    return [...this.#ofVoters.values()].some(({ dots }) => dots.has(dotKey(dot)));
  }

  /** The voters that answered that they hold all of these. */
  holdersOf(versions: readonly VersionStamp[]): ReadonlySet<NodeId> {
    const holders = new Set<NodeId>();
    for (const [nodeId, { dots }] of this.#ofVoters)
      if (versions.every((version) => dots.has(dotKey(version.dot)))) holders.add(nodeId);
    return holders;
  }
}

interface Reply {
  /** `undefined`: this store, whose versions are in the state. */
  readonly peer: Correspondent | undefined;
  readonly versions: readonly StoredVersion[];
  /** Their keys. */
  readonly dots: ReadonlySet<string>;
}

interface Round extends Inquiry {
  readonly request: number;
  readonly replies: Map<NodeId, Reply>;
  /** Parts of a reply that is still arriving. */
  readonly arriving: Map<LinkId, ReadReply[]>;
  epoch: EpochRef;
}

/**
 * Asks the voters what they hold: all of a read but its write-back, and the first half of an ordered write (Q9).
 *
 * Invariant: the replies of a round are of voters of the round's epoch, given in that epoch (Q5). When this replica learns of
 * another epoch, the round begins anew there.
 */
export class ReadPhase {
  readonly #env: Environment;
  readonly #counters: VoterCounters;
  readonly #quorum: WriteQuorum;
  readonly #desk: ReadDesk;
  readonly #note: (peer: Correspondent, draft: Draft) => void;
  readonly #rounds = new Map<number, Round>();
  #lastRequest = 0;

  constructor(
    env: Environment,
    counters: VoterCounters,
    quorum: WriteQuorum,
    desk: ReadDesk,
    note: (peer: Correspondent, draft: Draft) => void,
  ) {
    this.#env = env;
    this.#counters = counters;
    this.#quorum = quorum;
    this.#desk = desk;
    this.#note = note;
  }

  begin(inquiry: Inquiry): void {
    const { lineage, epoch } = this.#env.state.replicaSet;
    const request = ++this.#lastRequest;
    const round: Round = { ...inquiry, request, replies: new Map(), arriving: new Map(), epoch: { lineage, epoch } };
    this.#rounds.set(request, round);
    this.#askAll(round);
  }

  isOpen(request: number): boolean {
    return this.#rounds.has(request);
  }

  onReply(peer: Correspondent, reply: ReadReply): void {
    const round = this.#rounds.get(reply.request);
    if (round === undefined || !this.#counts(round, reply, peer.nodeId)) return;
    const parts = round.arriving.get(peer.link) ?? [];
    // A second answer to a question that was asked again: the first is as good.
    if (reply.part !== parts.length) return;
    parts.push(reply);
    round.arriving.set(peer.link, parts);
    if (parts.length < reply.parts) return;
    round.arriving.delete(peer.link);
    const ids = new Set(round.ids);
    const versions = parts.flatMap((part) => part.versions.filter((version) => ids.has(version.id)));
    round.replies.set(peer.nodeId, { peer, versions, dots: keysOf(versions) });
    this.#evaluate(round);
  }

  onOwnReply(request: number, ref: EpochRef): void {
    const round = this.#rounds.get(request);
    const { nodeId } = this.#env.state;
    if (round === undefined || !this.#counts(round, ref, nodeId)) return;
    const held = round.ids.flatMap((id) => this.#env.state.siblings(id));
    round.replies.set(nodeId, { peer: undefined, versions: [], dots: keysOf(held) });
    this.#evaluate(round);
  }

  /** A peer has connected, or goes by another record now. */
  peerReady(peer: Correspondent): void {
    for (const round of this.#rounds.values()) if (!round.replies.has(peer.nodeId)) this.#ask(round, peer);
  }

  peerDown(link: LinkId): void {
    for (const round of this.#rounds.values()) round.arriving.delete(link);
    this.voterLost();
  }

  /** A voter is out of reach, or counts no more (Q3). */
  voterLost(): void {
    for (const round of this.#rounds.values()) this.#evaluate(round);
  }

  recordChanged(): void {
    const { lineage, epoch } = this.#env.state.replicaSet;
    for (const round of this.#rounds.values()) {
      if (round.epoch.lineage === lineage && round.epoch.epoch === epoch) continue;
      round.epoch = { lineage, epoch };
      round.replies.clear();
      round.arriving.clear();
      this.#desk.forget("self", round.request);
      this.#askAll(round);
    }
  }

  abandon(op: OperationId): void {
    for (const round of this.#rounds.values()) if (round.op === op) this.#drop(round);
  }

  wake(): void {
    const { replicaSet } = this.#env.state;
    for (const round of this.#rounds.values()) {
      if (round.deadline > this.#env.now()) continue;
      this.#drop(round);
      round.failed(readTimedOut(requiredAcks(replicaSet, round.level), [...round.replies.keys()]));
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#rounds.values()) next = Math.min(next ?? deadline, deadline);
    return next;
  }

  /** Whether an answer of this node, given in this epoch, is one of the round's. */
  #counts(round: Round, ref: EpochRef, nodeId: NodeId): boolean {
    return (
      !round.replies.has(nodeId) &&
      ref.lineage === round.epoch.lineage &&
      ref.epoch === round.epoch.epoch &&
      isVoter(this.#env.state.replicaSet, nodeId) &&
      this.#counters.trusts(this.#env.state.replicaSet, nodeId)
    );
  }

  #askAll(round: Round): void {
    const { nodeId, replicaSet } = this.#env.state;
    for (const voter of correspondents(this.#env)) this.#ask(round, voter);
    if (isVoter(replicaSet, nodeId))
      this.#desk.ask({ asker: "self", request: round.request, ref: round.epoch, ids: round.ids });
    this.#evaluate(round);
  }

  #ask(round: Round, peer: Correspondent): void {
    if (!this.#quorum.isAskable(peer)) return;
    const { request, epoch, ids } = round;
    this.#env.emit({ type: "send", link: peer.link, message: { type: "read-request", request, ...epoch, ids } });
  }

  #evaluate(round: Round): void {
    const record = this.#env.state.replicaSet;
    const required = requiredAcks(record, round.level);
    if (round.replies.size >= required) {
      this.#drop(round);
      round.done(new Replies(round.epoch.lineage, round.replies, this.#note));
      return;
    }
    const alive = new Set([...this.#quorum.aliveVoters(record), ...round.replies.keys()]).size;
    if (alive >= required) return;
    this.#drop(round);
    round.failed(readUnavailable(required, alive, this.#quorum.ofForgetful(record)));
  }

  #drop(round: Round): void {
    this.#rounds.delete(round.request);
    this.#desk.forget("self", round.request);
  }
}

function keysOf(versions: readonly VersionStamp[]): ReadonlySet<string> {
  return new Set(versions.map((version) => dotKey(version.dot)));
}
