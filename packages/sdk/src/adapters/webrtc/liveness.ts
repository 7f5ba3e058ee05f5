import type { Runtime } from "../../ports/runtime.ts";

export interface LivenessOptions {
  readonly runtime: Runtime;
  /** After so long without hearing anything, the other side is asked. */
  readonly idleMs: number;
  /** How long it has to say anything at all once asked. */
  readonly answerMs: number;
  /** Sends something that the other side answers. */
  ask(): void;
  /** The other side is gone. Called once; nothing is asked any more. */
  dead(): void;
  /** Called at each look, with the time, unless this side was asleep until just now. */
  awake?(now: number): void;
}

/**
 * A timer this late means that this page was frozen, its machine slept, or its timers are throttled (background tabs:
 * to one a second, later to one a minute). Answers may then wait unread, so being late is never held against the peer.
 */
const LATE_MS = 2000;
/**
 * After a silence in which any peer that was awake has given this side up, it most likely is gone: half a minute's sleep, a lost network.
 * What is there all the same answers within a second or so.
 */
const SLEPT_ANSWER_MS = 2000;

/** Notices that the other side of a connection has gone silent (T4): ICE takes 5 to 15 s, and never notices a frozen page. */
export class Liveness {
  readonly #options: LivenessOptions;
  #cancelTimer: (() => void) | undefined;
  #dueAt = 0;
  #heardAt: number;
  #askedAt: number | undefined;
  #answerDueAt = 0;
  /** The question was put again because this side had slept; it is done only once for each silence. */
  #askedAgain = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#heardAt = options.runtime.now();
    this.#schedule(options.idleMs);
  }

  /** Anything has arrived. */
  heard(): void {
    this.#heardAt = this.#options.runtime.now();
    this.#askedAt = undefined;
    this.#askedAgain = false;
  }

  /** Nothing has been heard for so long that the other side should have been asked. */
  get isSilent(): boolean {
    return this.#options.runtime.now() - this.#heardAt > this.#options.idleMs;
  }

  /** Asks at once instead of waiting for a silence: the page woke up, or something suggests that the peer is gone. */
  check(): void {
    if (this.#cancelTimer === undefined || this.#askedAt !== undefined) return;
    this.#ask();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #look(): void {
    const { runtime, idleMs } = this.#options;
    const now = runtime.now();
    const late = now - this.#dueAt > LATE_MS;
    // The clock was set back: what was noted by it means nothing now.
    if (now < this.#heardAt) this.#heardAt = now;
    if (this.#askedAt !== undefined && now < this.#askedAt) this.#expectAnswer(now);
    if (!late) this.#options.awake?.(now);
    // `awake` may have ended this.
    if (this.#cancelTimer === undefined) return;
    if (this.#askedAt !== undefined) {
      const left = this.#answerDueAt - now;
      if (left > 0) return this.#schedule(left);
      if (late && !this.#askedAgain) {
        this.#askedAgain = true;
        return this.#ask();
      }
      this.stop();
      return this.#options.dead();
    }
    const left = this.#heardAt + idleMs - now;
    if (left > 0) return this.#schedule(left);
    this.#ask();
  }

  #ask(): void {
    const now = this.#options.runtime.now();
    this.#expectAnswer(now);
    this.#schedule(this.#answerDueAt - now);
    this.#options.ask();
  }

  #expectAnswer(now: number): void {
    const { idleMs, answerMs } = this.#options;
    const slept = now - this.#heardAt > idleMs + answerMs;
    this.#askedAt = now;
    this.#answerDueAt = now + (slept ? Math.min(SLEPT_ANSWER_MS, answerMs) : answerMs);
  }

  #schedule(delayMs: number): void {
    const { runtime } = this.#options;
    this.#cancelTimer?.();
    this.#dueAt = runtime.now() + delayMs;
    this.#cancelTimer = runtime.setTimer(() => this.#look(), delayMs);
  }
}
