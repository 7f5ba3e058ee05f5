import type { Batch, BatchAck, Digest, Pull, PullMore, SessionEnd } from "./messages.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { CatchUpTurn } from "./catch-up-turn.ts";
import type { CausalContext } from "./causal-context.ts";
import { ContextDigest, DIGEST_BUCKETS } from "./context-digest.ts";
import { Allowance } from "./allowance.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { hearHorizon, tellHorizon } from "./horizon-news.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { Repairs } from "./repairs.ts";
import { ReceiveSession } from "./receive-session.ts";
import { SendSession } from "./send-session.ts";

/** A session that has brought nothing for this long is given up and begun again; a large batch takes seconds on a slow line. */
export const SESSION_IDLE_MS: number = 30 * 1000;
/** After a session that could not be stored, e.g. on a full disk: asking again at once would only fill the line. */
export const RETRY_AFTER_FAILURE_MS: number = 5 * 1000;

/**
 * Between two comparisons in a mesh that is not full, at least, and from a change to the next: live writes cross the room meanwhile, and what
 * is compared sooner differs over every connection.
 */
export const RELAYED_COMPARISON_MS: number = 1000;

/**
 * Pulls that one peer may make in a row. An honest one asks anew at the earliest a sync interval after it has been answered, but for `pull-more`;
 * each makes this replica look for what the peer lacks, and read a window of batches from the disk.
 */
export const PULLS_AT_ONCE = 10;
/** After those, one in this time, the default sync interval; the next pull waits for it, so that nothing is refused. */
export const PULL_MS = 100;

const ALL_BUCKETS: ReadonlySet<number> = new Set(Array.from({ length: DIGEST_BUCKETS }, (_, bucket) => bucket));

/** What has been asked of one peer and answered to it. */
interface Exchange {
  readonly peer: Peer;
  receiving: ReceiveSession | undefined;
  sending: SendSession | undefined;
  /** How often the peer may pull, and what it asks for when that is next. */
  readonly pulls: Allowance;
  heldBack: Pull | undefined;
  /** Buckets that the next pull takes along whatever the digests say. */
  alsoBuckets: ReadonlySet<number>;
  /** The peer's digest that our last finished pull brought us up to. */
  satisfied: ContextDigest | undefined;
  notBefore: number;
}

/**
 * Keeps this replica and each peer equal. Contexts are compared by digest, at most once a sync interval (C3); where the peer's
 * differs from ours and we have not caught up with it, one session at a time brings what we lack (S2 to S5).
 *
 * Invariant: events only set state; `#evaluate` alone decides whether a pull begins, which is when it is the peer's turn.
 */
export class AntiEntropy {
  readonly #env: Environment;
  readonly #underWay: (link: LinkId) => CausalContext;
  readonly #noteDraft: (peer: Peer, draft: Draft) => void;
  readonly #repairs: Repairs;
  readonly #turn: CatchUpTurn;
  readonly #neighbourhood: Pick<Neighbourhood, "isRelaying">;
  readonly #exchanges = new Map<LinkId, Exchange>();
  #lastSession = 0;
  #lastCompared = Number.NEGATIVE_INFINITY;
  /** Since when this replica's context is another than was last told; `undefined`: it is not. */
  #changedAt: number | undefined;

  /** @param underWay what has been pushed to a link lately; @param noteDraft is shown each transaction that holds a peer's versions */
  constructor(
    env: Environment,
    underWay: (link: LinkId) => CausalContext,
    noteDraft: (peer: Peer, draft: Draft) => void,
    repairs: Repairs,
    neighbourhood: Pick<Neighbourhood, "isRelaying">,
  ) {
    this.#env = env;
    this.#repairs = repairs;
    this.#turn = repairs.turn;
    this.#neighbourhood = neighbourhood;
    this.#underWay = underWay;
    this.#noteDraft = noteDraft;
  }

  peerUp(peer: Peer): void {
    this.#exchanges.set(peer.link, {
      peer,
      receiving: undefined,
      sending: undefined,
      pulls: new Allowance(PULLS_AT_ONCE, PULL_MS, this.#env.now()),
      heldBack: undefined,
      alsoBuckets: new Set(),
      satisfied: undefined,
      notBefore: 0,
    });
    this.#tell(peer);
  }

  peerDown(link: LinkId): void {
    this.#exchanges.delete(link);
    this.#turn.give(link);
  }

  /** A transaction is durable. */
  committed(): void {
    const { digest } = this.#env.state.context;
    const isUntold = [...this.#exchanges.values()].some(({ peer }) => peer.toldDigest !== digest);
    this.#changedAt = isUntold ? (this.#changedAt ?? this.#env.now()) : undefined;
  }

  /** This replica's context has shrunk (S1): what it had caught up with has to be asked for again. */
  contextReset(): void {
    for (const exchange of this.#exchanges.values()) exchange.satisfied = undefined;
  }

  /** Whether a session with this peer moves versions, in either direction; one that only compares is none. */
  isBusy(link: LinkId): boolean {
    const exchange = this.#exchanges.get(link);
    const sending = exchange?.sending !== undefined && !exchange.sending.isOver;
    return sending || (exchange?.receiving?.gained ?? 0) > 0 || this.#repairs.isBusy(link);
  }

  onDigest(peer: Peer, message: Digest): void {
    peer.theirDigest = message.digest;
    const exchange = this.#exchanges.get(peer.link);
    // The first word of a peer is acted on at once; later ones when pushes have had an interval to arrive.
    if (exchange?.satisfied === undefined && exchange !== undefined) this.#evaluate(exchange);
  }

  /** Returns why no correct peer sends this, if so. */
  onPull(peer: Peer, pull: Pull): string | undefined {
    const exchange = this.#exchanges.get(peer.link);
    const fault = hearHorizon(peer, pull, this.#env.state.horizon);
    if (fault === undefined && exchange !== undefined) this.#answer(exchange, pull);
    return fault;
  }

  #answer(exchange: Exchange, pull: Pull): void {
    const { peer } = exchange;
    // Only its newest counts: a peer that pulls anew has given up what it asked for before.
    exchange.heldBack = exchange.pulls.take(this.#env.now()) ? undefined : pull;
    if (exchange.heldBack !== undefined) return;
    const more = new Set(pull.buckets);
    for (const bucket of this.#env.state.context.digest.differingBuckets(pull.digest)) more.add(bucket);
    if (more.size > pull.buckets.size) {
      this.#env.emit({
        type: "send",
        link: peer.link,
        message: { type: "pull-more", session: pull.session, buckets: more },
      });
      return;
    }
    const whole = { ...pull, horizon: peer.theirHorizon };
    exchange.sending = new SendSession(this.#env, peer, whole, this.#underWay(peer.link));
    exchange.sending.advance();
  }

  onPullMore(peer: Peer, message: PullMore): void {
    const exchange = this.#sessionOf(peer, message.session);
    if (exchange === undefined) return;
    exchange.receiving = undefined;
    exchange.alsoBuckets = message.buckets;
    this.#pull(exchange);
  }

  /** Returns why no correct peer sends this now, if so. */
  onBatch(peer: Peer, batch: Batch): string | undefined {
    const receiving = this.#sessionOf(peer, batch.session)?.receiving;
    const fault = receiving?.fault;
    if (receiving !== undefined) this.#turn.heard(peer.link);
    if (fault === undefined) receiving?.receive(batch, (draft) => this.#noteDraft(peer, draft));
    return fault;
  }

  onBatchAck(peer: Peer, message: BatchAck): void {
    const sending = this.#exchanges.get(peer.link)?.sending;
    if (sending?.session === message.session) sending.acknowledge();
  }

  /** Returns why no correct peer sends this, if so. */
  onSessionEnd(peer: Peer, message: SessionEnd): string | undefined {
    const fault = hearHorizon(peer, message, this.#env.state.horizon);
    if (fault === undefined)
      this.#sessionOf(peer, message.session)?.receiving?.end({ ...message, horizon: peer.theirHorizon });
    return fault;
  }

  /** Tells digests that have changed and begins the pulls that are due. */
  wake(): void {
    const now = this.#env.now();
    for (const exchange of this.#exchanges.values()) {
      const { receiving, heldBack } = exchange;
      if (heldBack !== undefined) this.#answer(exchange, heldBack);
      if (receiving !== undefined && now - receiving.lastHeardAt >= SESSION_IDLE_MS) this.#finish(exchange, false);
    }
    if (now < this.#nextComparison) return;
    this.#lastCompared = now;
    this.#changedAt = undefined;
    for (const exchange of this.#exchanges.values()) {
      this.#tell(exchange.peer);
      this.#evaluate(exchange);
    }
  }

  /** When `wake` next has something to do, or `undefined`. */
  nextWake(): number | undefined {
    let next: number | undefined;
    const at = (time: number): void => {
      next = next === undefined ? time : Math.min(next, time);
    };
    for (const exchange of this.#exchanges.values()) {
      if (exchange.heldBack !== undefined) at(exchange.pulls.nextAt);
      if (exchange.receiving !== undefined) at(exchange.receiving.lastHeardAt + SESSION_IDLE_MS);
      const untold = exchange.peer.toldDigest !== this.#env.state.context.digest;
      const begins = Math.max(exchange.notBefore, this.#turn.freeAt(exchange.peer.link));
      if (untold || this.#lacks(exchange)) at(Math.max(this.#nextComparison, untold ? 0 : begins));
    }
    return next;
  }

  /** When digests are next told, if there is anything to tell, and what differs is next asked for. */
  get #nextComparison(): number {
    const since = this.#neighbourhood.isRelaying ? (this.#changedAt ?? this.#lastCompared) : this.#lastCompared;
    return Math.max(this.#lastCompared, since) + this.#intervalMs;
  }

  get #intervalMs(): number {
    const { syncIntervalMs } = this.#env.config;
    return this.#neighbourhood.isRelaying ? Math.max(syncIntervalMs, RELAYED_COMPARISON_MS) : syncIntervalMs;
  }

  #tell(peer: Peer): void {
    const digest = this.#env.state.context.digest;
    if (peer.toldDigest === digest) return;
    peer.toldDigest = digest;
    this.#env.emit({ type: "send", link: peer.link, message: { type: "digest", digest } });
  }

  #lacks(exchange: Exchange): boolean {
    const theirs = exchange.peer.theirDigest;
    if (exchange.receiving !== undefined || this.#repairs.isRepairing(exchange.peer.link)) return false;
    if (theirs === undefined || theirs.equals(ContextDigest.EMPTY) || theirs.equals(this.#env.state.context.digest))
      return false;
    return exchange.satisfied === undefined || !theirs.equals(exchange.satisfied);
  }

  #evaluate(exchange: Exchange): void {
    if (exchange.receiving !== undefined || !this.#lacks(exchange) || this.#env.now() < exchange.notBefore) return;
    if (this.#turn.isFreeFor(exchange.peer.link)) this.#pull(exchange);
  }

  #pull(exchange: Exchange): void {
    const { context } = this.#env.state;
    const theirs = exchange.peer.theirDigest ?? ContextDigest.EMPTY;
    const differing = exchange.peer.theirDigest === undefined ? ALL_BUCKETS : context.digest.differingBuckets(theirs);
    const buckets = new Set([...differing, ...exchange.alsoBuckets]);
    exchange.alsoBuckets = new Set();
    const session = ++this.#lastSession;
    this.#turn.take(exchange.peer.link);
    exchange.receiving = new ReceiveSession(this.#env, exchange.peer, session, (outcome) => {
      if (exchange.receiving?.session !== session) return;
      if (outcome === "complete") exchange.satisfied = theirs;
      this.#finish(exchange, !(outcome instanceof Error));
      if (outcome === "beyond-horizon") this.#repairs.want(exchange.peer);
    });
    this.#env.emit({
      type: "send",
      link: exchange.peer.link,
      message: {
        type: "pull",
        session,
        digest: context.digest,
        buckets,
        context: context.inBuckets(buckets),
        ...tellHorizon(exchange.peer, this.#env.state),
      },
    });
  }

  #finish(exchange: Exchange, stored: boolean): void {
    const gained = exchange.receiving?.gained ?? 0;
    exchange.receiving = undefined;
    this.#turn.give(exchange.peer.link);
    exchange.notBefore = this.#env.now() + (stored ? this.#intervalMs : RETRY_AFTER_FAILURE_MS);
    if (gained > 0) {
      exchange.peer.lastSyncAt = this.#env.now();
      this.#env.emit({ type: "notice", notice: { type: "synced", nodeId: exchange.peer.nodeId, entries: gained } });
    }
  }

  #sessionOf(peer: Peer, session: number): Exchange | undefined {
    const exchange = this.#exchanges.get(peer.link);
    return exchange?.receiving?.session === session ? exchange : undefined;
  }
}
