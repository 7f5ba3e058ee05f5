import type { AckRequest, EpochRef, Push } from "./messages.ts";
import type { LinkId, Peer } from "./peer.ts";
import { CausalContext } from "./causal-context.ts";
import { pack, packedBytes } from "./packing.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { StoredVersion } from "./version.ts";

/** Float bytes in one push message: a frame or two of a data channel's, so that control never waits long behind it. */
export const PUSH_BYTES: number = 256 * 1024;
/** For this long a session leaves out what was pushed: by then it has arrived or was lost on the way to the peer's store. */
export const UNDER_WAY_MS: number = 5 * 1000;
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

interface Traffic {
  /** In two generations, so that forgetting costs nothing. */
  lately: Pushed;
  before: Pushed;
  rotatedAt: number;
  /** Versions received and not stored yet. */
  waiting: number;
}

/**
 * Live writes, sent to every peer as they happen (S6, S7). A push adds only its own dots: what a peer missed is a session's
 * business, and so is whatever does not get through here.
 */
export class LivePush {
  readonly #env: Environment;
  readonly #noteDraft: (peer: Peer, draft: Draft) => void;
  readonly #traffic = new Map<LinkId, Traffic>();

  constructor(env: Environment, noteDraft: (peer: Peer, draft: Draft) => void) {
    this.#env = env;
    this.#noteDraft = noteDraft;
  }

  peerUp(link: LinkId): void {
    this.#traffic.set(link, {
      lately: nothingPushed(),
      before: nothingPushed(),
      rotatedAt: this.#env.now(),
      waiting: 0,
    });
  }

  peerDown(link: LinkId): void {
    this.#traffic.delete(link);
  }

  /** Dots pushed to this link in the last seconds. */
  underWay(link: LinkId): CausalContext {
    const traffic = this.#traffic.get(link);
    if (traffic === undefined) return CausalContext.EMPTY;
    this.#rotate(traffic);
    return traffic.lately.dots.join(traffic.before.dots);
  }

  /**
   * Sends versions that have just become durable here, unless a peer has too much before it already. `ask` tells for a peer whether it is asked to acknowledge; returns the
   * peers that could not be asked within the push and want an `ack-request` of their own.
   */
  push(
    versions: readonly StoredVersion[],
    ask: (peer: Peer) => (EpochRef & { readonly request: number }) | undefined,
  ): Peer[] {
    const chunks = pack(versions, PUSH_BYTES);
    const dots = versions.map((version) => version.dot);
    const bytes = versions.reduce((sum, version) => sum + packedBytes(version), 0);
    const unasked: Peer[] = [];
    for (const peer of this.#env.peers.values()) {
      const traffic = this.#traffic.get(peer.link);
      if (traffic === undefined) continue;
      this.#rotate(traffic);
      // It held all that this replica did until this very commit: nothing is under way.
      if (peer.differsSince === undefined) Object.assign(traffic, { lately: nothingPushed(), before: nothingPushed() });
      const ack = ask(peer);
      const { lately, before } = traffic;
      if (
        before.versions + lately.versions + versions.length > MAX_PUSHED_AHEAD.versions ||
        before.bytes + lately.bytes + bytes > MAX_PUSHED_AHEAD.bytes
      ) {
        if (ack !== undefined) unasked.push(peer);
        continue;
      }
      lately.dots = lately.dots.with(dots);
      lately.versions += versions.length;
      lately.bytes += bytes;
      for (const chunk of chunks) {
        this.#env.emit({
          type: "send",
          link: peer.link,
          message: { type: "push", versions: chunk, ack: chunks.length === 1 ? ack : undefined },
        });
      }
      if (ack !== undefined && chunks.length > 1) unasked.push(peer);
    }
    return unasked;
  }

  onPush(peer: Peer, push: Push): void {
    const traffic = this.#traffic.get(peer.link);
    if (traffic === undefined || traffic.waiting + push.versions.length > MAX_WAITING_PUSHED) return;
    traffic.waiting += push.versions.length;
    const stored = (): void => {
      traffic.waiting -= push.versions.length;
    };
    this.#env.queue.push({
      size: push.versions.length,
      stage: (draft) => {
        for (const version of push.versions) draft.receive(version);
        this.#noteDraft(peer, draft);
        return false;
      },
      settle: stored,
      // Nothing is lost: the digests go on differing, and a session brings it once the store takes it.
      fail: stored,
    });
  }

  #rotate(traffic: Traffic): void {
    if (this.#env.now() - traffic.rotatedAt < UNDER_WAY_MS) return;
    traffic.before = traffic.lately;
    traffic.lately = nothingPushed();
    traffic.rotatedAt = this.#env.now();
  }
}

function nothingPushed(): Pushed {
  return { dots: CausalContext.EMPTY, versions: 0, bytes: 0 };
}

/** What is left of a push that is not sent because the line is slow: the question. */
export function questionOf(push: Push): AckRequest | undefined {
  if (push.ack === undefined) return undefined;
  const dots = CausalContext.EMPTY.with(push.versions.map((version) => version.dot));
  return { type: "ack-request", request: push.ack.request, lineage: push.ack.lineage, epoch: push.ack.epoch, dots };
}
