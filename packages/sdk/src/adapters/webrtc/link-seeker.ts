import type { Runtime } from "../../ports/runtime.ts";
import { Backoff, jittered } from "../signaling/backoff.ts";
import type { PartialView } from "./partial-view.ts";

export interface LinkSeekerHost {
  readonly runtime: Runtime;
  readonly view: PartialView;
  /** Attempts that are under way. */
  attempts(): number;
  /** Asks so many at random, of those known to be alive, for a link. Returns how many there were. */
  ask(count: number): number;
  /** Wants to hear of others that are alive. `heardOfOthers` follows if there are any. */
  refresh(): void;
  /** Asks those preferred nodes for a link, wherever they are. */
  call(missing: PartialView["missing"]): void;
}

/** Soon, since a gap may grow; then ever more rarely, since nobody may be there. */
const SEEK: { firstMs: number; capMs: number } = { firstMs: 1000, capMs: 60_000 };
/** A preferred node that is not known is called by a word to the whole room. */
const CALL: { firstMs: number; capMs: number } = { firstMs: 2000, capMs: 300_000 };
/**
 * Jittered, one an hour. It costs an RTCPeerConnection here and one at the other end, so a page makes 48 a day: the 400 that it may have
 * last for a week even if the browser collects none (T6). A room of a thousand exchanges a link every four seconds.
 */
const EXCHANGE_INTERVAL_MS: number = 80 * 60_000;
/** Where signaling was cut, so may the room have been: when it is back the graph is mixed sooner, but no sooner than this after the last time. */
const MIN_EXCHANGE_INTERVAL_MS: number = 15 * 60_000;
const MIX_WITHIN_MS = 60_000;

/** Sees to it that a node of a large room has the links that its view wants (T7). */
export class LinkSeeker {
  readonly #host: LinkSeekerHost;
  readonly #seeking: Backoff;
  readonly #calling: Backoff;
  #cancelRound: (() => void) | undefined;
  #cancelCall: (() => void) | undefined;
  #cancelExchange: () => void = () => {};
  #exchangedAt: number;

  constructor(host: LinkSeekerHost) {
    this.#host = host;
    this.#seeking = new Backoff(host.runtime, SEEK);
    this.#calling = new Backoff(host.runtime, CALL);
    this.#exchangedAt = host.runtime.now();
    this.#exchangeIn(jittered(host.runtime, EXCHANGE_INTERVAL_MS));
  }

  /** Others are known now that were not: those that are lacking are asked for at once. */
  heardOfOthers(): void {
    const { view, runtime } = this.#host;
    if (view.isPartial) this.#host.ask(Math.max(this.#asks, view.isExchanging(runtime.now()) ? 1 : 0));
    this.look();
  }

  /** A link has come about or ended: the next round is soon, if one is needed. */
  changed(): void {
    if (this.#seeking.failures > 1) {
      this.#cancelRound?.();
      this.#cancelRound = undefined;
      this.#seeking.reset();
    }
    this.look();
  }

  /** What there is or what is wanted has changed. */
  look(): void {
    const { view, runtime } = this.#host;
    if (!view.isPartial) {
      this.#stopLooking();
      this.#host.ask(Number.POSITIVE_INFINITY);
      return;
    }
    if (this.#asks === 0) this.#seeking.reset();
    else this.#cancelRound ??= runtime.setTimer(() => this.#round(), this.#seeking.nextMs());
    if (view.missing.length > 0) this.#cancelCall ??= runtime.setTimer(() => this.#call(), this.#calling.nextMs());
    else this.#calling.reset();
  }

  /** Signaling is back. */
  reopened(): void {
    const { runtime } = this.#host;
    if (runtime.now() - this.#exchangedAt >= MIN_EXCHANGE_INTERVAL_MS)
      this.#exchangeIn(jittered(runtime, MIX_WITHIN_MS));
  }

  stop(): void {
    this.#stopLooking();
    this.#cancelExchange();
  }

  get #asks(): number {
    return this.#host.view.asks(this.#host.attempts());
  }

  #round(): void {
    this.#cancelRound = undefined;
    const count = this.#asks;
    if (this.#host.view.isPartial && count > 0 && this.#host.ask(count) < count) this.#host.refresh();
    this.look();
  }

  #call(): void {
    this.#cancelCall = undefined;
    const { view } = this.#host;
    if (view.isPartial && view.missing.length > 0) this.#host.call(view.missing);
    this.look();
  }

  #exchangeIn(delayMs: number): void {
    const { runtime, view } = this.#host;
    this.#cancelExchange();
    this.#cancelExchange = runtime.setTimer(() => {
      this.#exchangedAt = runtime.now();
      this.#exchangeIn(jittered(runtime, EXCHANGE_INTERVAL_MS));
      if (view.exchange(runtime.now()) && this.#host.ask(1) === 0) this.#host.refresh();
    }, delayMs);
  }

  #stopLooking(): void {
    this.#cancelRound?.();
    this.#cancelRound = undefined;
    this.#cancelCall?.();
    this.#cancelCall = undefined;
  }
}
