import type { AckRequest, EpochRef, Push } from "./messages.ts";
import type { LinkId, Peer } from "./peer.ts";
import { CausalContext } from "./causal-context.ts";
import { pack, packedBytes } from "./packing.ts";
import type { Dot } from "./dot.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { StoredVersion } from "./version.ts";

/** Float bytes in one push message: a frame or two of a data channel's, so that control never waits long behind it. */
export const PUSH_BYTES: number = 256 * 1024;
/** For this long a session leaves out what was pushed: by then it has arrived or was lost on the way to the peer's store. */
export const UNDER_WAY_MS: number = 5 * 1000;
/**
 * For so long a session leaves out, in a mesh that is not full, what came live or was written here: it is on its way through the room, and
 * would else be sent once more over each of the room's connections. A thousand peers are six steps of latency and a commit apart.
 */
export const ON_ITS_WAY_MS: number = 1000;
/**
 * Pushed versions of one peer that wait for this store. A channel delivers faster than a disk commits; what is beyond is left to
 * a session, which has a window. 2,000 versions of 384 floats are 3 MiB.
 */
export const MAX_WAITING_PUSHED = 2000;
/**
 * What is pushed at most to a peer that has not caught up yet. A peer drops what it cannot store in time, and a slow line what
 * does not fit, without a word; and for UNDER_WAY_MS no session would send it either. So what is more than both can
 * take, a bulk load, is left to a session at once.
 */
export const MAX_PUSHED_AHEAD: { versions: number; bytes: number } = {
  versions: MAX_WAITING_PUSHED,
  bytes: 4 * 1024 * 1024,
};

/** What was pushed in one stretch of time. */
interface Pushed {
  dots: CausalContext;
  versions: number;
  bytes: number;
}

/** In two generations, so that forgetting costs nothing. */
interface Recent {
  lately: Pushed;
  before: Pushed;
  rotatedAt: number;
}

interface Traffic extends Recent {
  /** Versions received and not stored yet. */
  waiting: number;
}

/**
 * Live writes, sent to every peer as they happen (S6, S7), and passed on, where not all are connected to all, along a tree (S9, T7). A push adds
 * only its own dots: what a peer missed is a session's business, and so is whatever does not get through here.
 */
export class LivePush {
  readonly #env: Environment;
  readonly #neighbourhood: Pick<Neighbourhood, "isRelaying" | "relayTargets">;
  readonly #noteDraft: (peer: Peer, draft: Draft) => void;
  readonly #traffic = new Map<LinkId, Traffic>();
  /** What is on its way through the room. */
  readonly #onItsWay: Recent = nothingRecent(0);

  constructor(
    env: Environment,
    neighbourhood: Pick<Neighbourhood, "isRelaying" | "relayTargets">,
    noteDraft: (peer: Peer, draft: Draft) => void,
  ) {
    this.#env = env;
    this.#neighbourhood = neighbourhood;
    this.#noteDraft = noteDraft;
  }

  peerUp(link: LinkId): void {
    this.#traffic.set(link, { ...nothingRecent(this.#env.now()), waiting: 0 });
  }

  peerDown(link: LinkId): void {
    this.#traffic.delete(link);
  }

  /** Dots that reach this peer without a session: pushed to it in the last seconds, or on their way to everybody. */
  underWay(link: LinkId): CausalContext {
    const traffic = this.#traffic.get(link);
    if (traffic === undefined) return CausalContext.EMPTY;
    this.#rotate(traffic, UNDER_WAY_MS);
    this.#rotate(this.#onItsWay, ON_ITS_WAY_MS);
    return dotsOf(traffic).join(dotsOf(this.#onItsWay));
  }

  /**
   * Sends versions that have just become durable here, unless a peer has too much before it already. `ask` tells for a peer whether it is asked to acknowledge; returns the
   * peers that could not be asked within the push and want an `ack-request` of their own.
   */
  push(
    versions: readonly StoredVersion[],
    ask: (peer: Peer) => (EpochRef & { readonly request: number }) | undefined,
  ): Peer[] {
    const load = loadOf(versions);
    const unasked: Peer[] = [];
    let isSentToAll = true;
    for (const peer of this.#env.peers.values()) {
      const ack = ask(peer);
      const isSent = this.#send(peer, load, load.chunks.length === 1 ? ack : undefined, false);
      if (ack !== undefined && (!isSent || load.chunks.length > 1)) unasked.push(peer);
      isSentToAll &&= isSent;
    }
    if (isSentToAll) this.#noteOnItsWay(load);
    return unasked;
  }

  onPush(peer: Peer, push: Push): void {
    const traffic = this.#traffic.get(peer.link);
    if (traffic === undefined || traffic.waiting + push.versions.length > MAX_WAITING_PUSHED) return;
    traffic.waiting += push.versions.length;
    const stored = (): void => {
      traffic.waiting -= push.versions.length;
    };
    let fresh: StoredVersion[] = [];
    this.#env.queue.push({
      size: push.versions.length,
      stage: (draft) => {
        fresh = push.versions.filter((version) => draft.receive(version) === "new");
        this.#noteDraft(peer, draft);
        return false;
      },
      settle: () => {
        stored();
        if (fresh.length > 0) this.#relay(fresh, peer, push.relayed !== true);
      },
      // Nothing is lost: the digests go on differing, and a session brings it once the store takes it.
      fail: stored,
    });
  }

  /** Sends around what neighbours may lack (Q9): they pass on what was new to them. */
  spread(versions: readonly StoredVersion[]): void {
    const load = loadOf(versions);
    for (const peer of this.#neighbourhood.relayTargets(undefined, false)) this.#send(peer, load, undefined, true);
  }

  /** S9: only what was new here, and only once it is durable. */
  #relay(versions: readonly StoredVersion[], from: Peer, byWriter: boolean): void {
    const load = loadOf(versions);
    const isSentToAll = this.#neighbourhood
      .relayTargets(from, byWriter)
      .map((peer) => this.#send(peer, load, undefined, true))
      .every(Boolean);
    if (isSentToAll) this.#noteOnItsWay(load);
  }

  #noteOnItsWay(load: Load): void {
    if (!this.#neighbourhood.isRelaying) return;
    this.#rotate(this.#onItsWay, ON_ITS_WAY_MS);
    note(this.#onItsWay.lately, load);
  }

  /** Returns whether the peer can take it. */
  #send(peer: Peer, load: Load, ack: Push["ack"], relayed: boolean): boolean {
    const traffic = this.#traffic.get(peer.link);
    if (traffic === undefined) return false;
    this.#rotate(traffic, UNDER_WAY_MS);
    // It held all that this replica did until this very commit: nothing is under way.
    if (peer.differsSince === undefined) Object.assign(traffic, { lately: nothingPushed(), before: nothingPushed() });
    const { lately, before } = traffic;
    if (
      before.versions + lately.versions + load.dots.length > MAX_PUSHED_AHEAD.versions ||
      before.bytes + lately.bytes + load.bytes > MAX_PUSHED_AHEAD.bytes
    )
      return false;
    note(lately, load);
    for (const versions of load.chunks) {
      const message: Push = { type: "push", versions, ack };
      this.#env.emit({ type: "send", link: peer.link, message: relayed ? { ...message, relayed } : message });
    }
    return true;
  }

  #rotate(recent: Recent, everyMs: number): void {
    const passed = this.#env.now() - recent.rotatedAt;
    if (passed < everyMs) return;
    recent.before = recent.lately;
    recent.lately = nothingPushed();
    recent.rotatedAt = this.#env.now();
  }
}

/** What is pushed at once. */
interface Load {
  readonly chunks: readonly (readonly StoredVersion[])[];
  readonly dots: readonly Dot[];
  readonly bytes: number;
}

function loadOf(versions: readonly StoredVersion[]): Load {
  return {
    chunks: pack(versions, PUSH_BYTES),
    dots: versions.map((version) => version.dot),
    bytes: versions.reduce((sum, version) => sum + packedBytes(version), 0),
  };
}

function nothingPushed(): Pushed {
  return { dots: CausalContext.EMPTY, versions: 0, bytes: 0 };
}

function nothingRecent(now: number): Recent {
  return { lately: nothingPushed(), before: nothingPushed(), rotatedAt: now };
}

function dotsOf({ lately, before }: Recent): CausalContext {
  return lately.dots.join(before.dots);
}

function note(pushed: Pushed, { dots, bytes }: Load): void {
  pushed.dots = pushed.dots.with(dots);
  pushed.versions += dots.length;
  pushed.bytes += bytes;
}

/** What is left of a push that is not sent because the line is slow: the question. */
export function questionOf(push: Push): AckRequest | undefined {
  if (push.ack === undefined) return undefined;
  const dots = CausalContext.EMPTY.with(push.versions.map((version) => version.dot));
  return { type: "ack-request", request: push.ack.request, lineage: push.ack.lineage, epoch: push.ack.epoch, dots };
}
