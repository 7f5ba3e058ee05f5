import type { RepairBegin, RepairCheck, RepairChecked, RepairMessage } from "./repair-messages.ts";
import { type RepairResult, RepairSession } from "./repair-session.ts";
import { Allowance } from "./allowance.ts";
import { CatchUpTurn } from "./catch-up-turn.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { SyncReport } from "./effects.ts";

/** A repair in which nothing has come for this long is given up and begun again; a large batch takes seconds on a slow line. */
export const REPAIR_IDLE_MS: number = 30 * 1000;
/** After a repair that could not be stored or broke off: beginning at once would only fill the line. */
export const REPAIR_RETRY_MS: number = 5 * 1000;
/** Between two checks in the background, of one peer after the other: what they find is rare. */
export const REPAIR_INTERVAL_MS: number = 10 * 60 * 1000;

/**
 * Repairs that one peer may begin in a row. An honest one begins again within a sync interval only while versions come in by other ways; each
 * costs a snapshot's context on the line and a batch read from the disk.
 */
export const REPAIRS_AT_ONCE = 5;
/** After those, one in this time; the next begin waits for it, so that nothing is refused, and is answered long before its peer gives it up. */
export const REPAIR_BEGIN_MS = 1000;

/** Who waits for a whole repair that begins after it was asked for. */
interface Waiter {
  /** What the repairs begun since have done: of one that was under way, nobody can tell what it had done by then. */
  report: SyncReport;
  readonly done: (report: SyncReport) => void;
}

/** What is to be repaired with one peer. */
interface Ward {
  readonly peer: Peer;
  /** A repair is to begin, or to begin again. */
  wanted: boolean;
  session: RepairSession | undefined;
  notBefore: number;
  /** How often the peer may begin a repair, and what it begins with when that is next. */
  readonly begins: Allowance;
  heldBack: RepairBegin | undefined;
  /** Who waits for the next repair, and for the one under way. */
  next: Waiter[];
  current: Waiter[];
  /** An unanswered question whether all is equal; the answer is trusted only in that case. */
  checking: boolean;
}

const NOTHING: SyncReport = { received: 0, sent: 0, dropped: 0, droppedByPeer: 0 };

/**
 * Repairs (S8) with every peer: for `forceSync`, for a peer beyond the horizon (S2, S5), and in the background. One at a time with each peer; where both
 * begin, that of the lower NodeId goes on. Of the peers one at a time has its turn.
 *
 * Invariant: events only set state; `#evaluate` alone decides whether a repair begins.
 */
export class Repairs {
  readonly #env: Environment;
  readonly #noteDraft: (peer: Peer, draft: Draft) => void;
  readonly turn: CatchUpTurn;
  readonly #turnAway: (peer: Peer, fault: string) => void;
  readonly #wards = new Map<LinkId, Ward>();
  #lastRepair = 0;
  #nextCheck: number | undefined;
  /** The links that have had their turn in this round of background checks. */
  readonly #checked = new Set<LinkId>();

  /** @param turnAway lets go of a peer whose begin, held back, is none that a correct peer sends */
  constructor(
    env: Environment,
    noteDraft: (peer: Peer, draft: Draft) => void,
    turnAway: (peer: Peer, fault: string) => void,
  ) {
    this.#env = env;
    this.turn = new CatchUpTurn(env);
    this.#turnAway = turnAway;
    this.#noteDraft = noteDraft;
  }

  peerUp(peer: Peer): void {
    const ward: Ward = {
      peer,
      wanted: false,
      session: undefined,
      notBefore: 0,
      begins: new Allowance(REPAIRS_AT_ONCE, REPAIR_BEGIN_MS, this.#env.now()),
      heldBack: undefined,
      next: [],
      current: [],
      checking: false,
    };
    this.#wards.set(peer.link, ward);
    this.#nextCheck ??= this.#env.now() + REPAIR_INTERVAL_MS;
  }

  peerDown(link: LinkId): void {
    const ward = this.#wards.get(link);
    this.#wards.delete(link);
    this.#checked.delete(link);
    ward?.session?.breakOff();
  }

  /** Whether a repair with this peer is wanted or under way: sessions wait for it. */
  isRepairing(link: LinkId): boolean {
    const ward = this.#wards.get(link);
    return ward !== undefined && (ward.wanted || ward.session !== undefined);
  }

  /** Whether a repair has brought versions. */
  isBusy(link: LinkId): boolean {
    return (this.#wards.get(link)?.session?.gained ?? 0) > 0;
  }

  /** Repairs with this peer, unless that is under way. */
  want(peer: Peer): void {
    const ward = this.#wards.get(peer.link);
    if (ward === undefined || ward.session !== undefined) return;
    ward.wanted = true;
    this.#evaluate(ward);
  }

  /** A whole repair that begins from now on. `done` is not called when the link breaks. */
  force(peer: Peer, done: Waiter["done"]): void {
    const ward = this.#wards.get(peer.link);
    if (ward === undefined) return;
    ward.next.push({ report: NOTHING, done });
    ward.wanted = true;
    this.#evaluate(ward);
  }

  /** This replica's context has shrunk (S1): what was compared with it counts no more. */
  breakOffAll(): void {
    for (const { session } of this.#wards.values()) session?.breakOff();
  }

  /** Returns why no correct peer sends this now, if so. */
  onMessage(peer: Peer, message: RepairMessage): string | undefined {
    const ward = this.#wards.get(peer.link);
    if (ward === undefined) return undefined;
    if (message.type === "repair-begin") return guarded(() => this.#onBegin(ward, message));
    if (message.type === "repair-check") {
      this.#onCheck(ward, message);
      return undefined;
    }
    if (message.type === "repair-checked") {
      this.#onChecked(ward, message);
      return undefined;
    }
    const { session } = ward;
    if (session === undefined || session.id !== message.repair) return undefined;
    switch (message.type) {
      case "repair-begun":
        return guarded(() => session.onSnapshot(message));
      case "repair-ranges":
        this.turn.heard(peer.link);
        return guarded(() => session.onRanges(message.ranges));
      case "repair-batch": {
        const { fault } = session;
        this.turn.heard(peer.link);
        if (fault === undefined) session.onBatch(message);
        return fault;
      }
      case "repair-batch-ack":
        session.onBatchAck();
        return undefined;
      case "repair-end":
        session.onEnd(message);
        return undefined;
      case "repair-done":
        session.onDone(message);
        return undefined;
    }
  }

  wake(): void {
    const now = this.#env.now();
    for (const ward of this.#wards.values()) {
      const { heldBack } = ward;
      if (heldBack !== undefined) {
        const fault = guarded(() => this.#onBegin(ward, heldBack));
        if (fault !== undefined) this.#turnAway(ward.peer, fault);
      }
      if (ward.session !== undefined && now - ward.session.lastHeardAt >= REPAIR_IDLE_MS) ward.session.breakOff();
      this.#evaluate(ward);
    }
    if (this.#nextCheck !== undefined && now >= this.#nextCheck) this.#checkNext();
  }

  nextWake(): number | undefined {
    let next = this.#wards.size === 0 ? undefined : this.#nextCheck;
    for (const ward of this.#wards.values()) {
      const { peer, session, wanted, notBefore, begins, heldBack } = ward;
      const freeAt = this.#isItsTurn(ward) ? 0 : this.turn.freeAt(peer.link);
      if (heldBack !== undefined) next = Math.min(next ?? Number.POSITIVE_INFINITY, Math.max(begins.nextAt, freeAt));
      if (session !== undefined)
        next = Math.min(next ?? Number.POSITIVE_INFINITY, session.lastHeardAt + REPAIR_IDLE_MS);
      else if (wanted) next = Math.min(next ?? Number.POSITIVE_INFINITY, Math.max(notBefore, freeAt));
    }
    return next;
  }

  #evaluate(ward: Ward): void {
    if (!ward.wanted || ward.session !== undefined || this.#env.now() < ward.notBefore) return;
    if (!this.#isItsTurn(ward)) return;
    // Odd and even, so that a late word about the peer's repair is never taken for one about ours.
    const id = 2 * ++this.#lastRepair + Number(this.#env.state.nodeId > ward.peer.nodeId);
    this.#open(ward, id).begin();
  }

  #onBegin(ward: Ward, message: RepairBegin): void {
    if (ward.session !== undefined) {
      const own = message.repair % 2 !== ward.session.id % 2;
      if (own && this.#env.state.nodeId < ward.peer.nodeId) return;
    }
    // Only its newest counts: a peer that begins anew has given up what it began before.
    const isHeldBack = !this.#isItsTurn(ward) || !ward.begins.take(this.#env.now());
    ward.heldBack = isHeldBack ? message : undefined;
    if (isHeldBack) return;
    if (ward.session !== undefined) {
      // The peer has given its own up, or ours gives way; who waits for ours waits for the peer's.
      ward.session.breakOff();
    }
    this.#open(ward, message.repair).onSnapshot(message);
  }

  /** Nobody whose repair has been forced, or is under way, waits for the others. */
  #isItsTurn({ peer, session, next }: Ward): boolean {
    return session !== undefined || next.length > 0 || this.turn.isFreeFor(peer.link);
  }

  #open(ward: Ward, id: number): RepairSession {
    this.turn.take(ward.peer.link);
    const wanted = ward.wanted || ward.next.length > 0;
    ward.wanted = false;
    ward.heldBack = undefined;
    ward.current = ward.next;
    ward.next = [];
    const session: RepairSession = new RepairSession(this.#env, ward.peer, id, {
      noteDraft: (draft) => this.#noteDraft(ward.peer, draft),
      over: (ours, theirs) => {
        if (ward.session === session) this.#over(ward, wanted, ours, theirs);
      },
    });
    ward.session = session;
    return session;
  }

  #over(ward: Ward, wanted: boolean, ours: RepairResult, theirs: RepairResult | undefined): void {
    const now = this.#env.now();
    this.turn.give(ward.peer.link);
    ward.session = undefined;
    for (const waiter of ward.current) waiter.report = added(waiter.report, ours, theirs);
    if (ours.gained > 0) {
      ward.peer.lastSyncAt = now;
      this.#env.emit({ type: "notice", notice: { type: "synced", nodeId: ward.peer.nodeId, entries: ours.gained } });
    }
    const whole = ours.joined && theirs?.joined === true;
    ward.notBefore = now + (theirs === undefined ? REPAIR_RETRY_MS : this.#env.config.syncIntervalMs);
    const waiters = ward.current;
    ward.current = [];
    if (whole) {
      for (const { done, report } of waiters) done(report);
      ward.wanted = ward.next.length > 0;
    } else {
      ward.next = [...waiters, ...ward.next];
      ward.wanted = wanted || ward.next.length > 0;
    }
  }

  /** S8's slow pass: digests say that both have seen the same; this asks whether both still hold it. */
  #checkNext(): void {
    this.#nextCheck = this.#env.now() + REPAIR_INTERVAL_MS;
    for (const round of [1, 2]) {
      for (const [link, ward] of this.#wards) {
        if (this.#checked.has(link)) continue;
        this.#checked.add(link);
        if (!this.#isQuiet(ward)) continue;
        ward.checking = true;
        const fingerprint = this.#env.state.held.fingerprint();
        this.#env.emit({ type: "send", link, message: { type: "repair-check", fingerprint } });
        return;
      }
      if (round === 1) this.#checked.clear();
    }
  }

  #isQuiet({ peer, wanted, session }: Ward): boolean {
    return (
      !wanted &&
      session === undefined &&
      this.#env.queue.isEmpty &&
      peer.theirDigest?.equals(this.#env.state.context.digest) === true
    );
  }

  #onCheck(ward: Ward, { fingerprint }: RepairCheck): void {
    // Where something is under way, a difference says nothing: the next pass asks again.
    const mine = this.#isQuiet(ward) ? this.#env.state.held.fingerprint() : fingerprint;
    const equal = mine.count === fingerprint.count && mine.low === fingerprint.low && mine.high === fingerprint.high;
    this.#env.emit({ type: "send", link: ward.peer.link, message: { type: "repair-checked", equal } });
  }

  #onChecked(ward: Ward, { equal }: RepairChecked): void {
    if (ward.checking && !equal) this.want(ward.peer);
    ward.checking = false;
  }
}

/** What a peer may not go on with is its fault; all else is ours. */
function guarded(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function added(
  { received, sent, dropped, droppedByPeer }: SyncReport,
  ours: RepairResult,
  theirs: RepairResult | undefined,
): SyncReport {
  return {
    received: received + ours.gained,
    sent: sent + (theirs?.gained ?? 0),
    dropped: dropped + ours.dropped,
    droppedByPeer: droppedByPeer + (theirs?.dropped ?? 0),
  };
}
