import type { Runtime } from "../../ports/runtime.ts";
import { jittered } from "../signaling/backoff.ts";
import { fraction } from "./fraction.ts";
import type { PartialView } from "./partial-view.ts";

/** What signaling loses, servers and channels alike, is made good by saying it again. */
const ANNOUNCE_INTERVAL_MS = 60_000;
/** Everybody hears everybody, so each speaks the more rarely the more there are: together once in so long, as twelve do that speak once a minute. */
const ROOM_INTERVAL_MS = 5000;
/** A newcomer is heard sooner; when a thousand come back at once, after a server's restart, they take a minute together. */
const ROOM_FIRST_INTERVAL_MS = 60;

/** Says to the whole room, again and again, that this node is there. */
export class Announcer {
  readonly #runtime: Runtime;
  readonly #view: PartialView;
  readonly #announce: () => void;
  #cancelTimer: () => void = () => {};

  constructor(runtime: Runtime, view: PartialView, announce: () => void) {
    this.#runtime = runtime;
    this.#view = view;
    this.#announce = announce;
    this.#announceIn(jittered(runtime, ANNOUNCE_INTERVAL_MS));
  }

  /** There are new hearers. In a small room they have just been told. */
  opened(): void {
    if (this.#view.isPartial) this.#announceIn(fraction(this.#runtime) * this.#view.roomSize * ROOM_FIRST_INTERVAL_MS);
  }

  stop(): void {
    this.#cancelTimer();
  }

  #announceIn(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#runtime.setTimer(() => {
      this.#announce();
      const intervalMs = Math.max(ANNOUNCE_INTERVAL_MS, this.#view.roomSize * ROOM_INTERVAL_MS);
      this.#announceIn(jittered(this.#runtime, intervalMs));
    }, delayMs);
  }
}
