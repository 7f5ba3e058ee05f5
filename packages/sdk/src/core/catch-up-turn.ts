import type { Environment } from "./environment.ts";
import type { LinkId } from "./peer.ts";

/** Who brings nothing for this long loses its turn: a large batch takes seconds on a slow line, and the others may be faster. */
export const TURN_IDLE_MS: number = 5 * 1000;
/** A turn ends after this at the latest, so that nobody keeps a replica from the others by bringing it a little now and then. */
export const TURN_MS: number = 60 * 1000;

interface Turn {
  readonly link: LinkId;
  readonly since: number;
  heardAt: number;
}

/**
 * Whose turn it is to bring this replica what it lacks: of peers that hold the same, asked all at once, each would send all of it. A session or a
 * repair begins in its turn; the digests that are compared when it is over say what is left for the others to bring.
 *
 * Invariant: a turn only puts off a beginning, by TURN_MS at most. What is under way when a turn runs out goes on beside the next.
 */
export class CatchUpTurn {
  readonly #env: Environment;
  #turn: Turn | undefined;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** When the peer may begin, as far as is known now: not before this time, or at once. */
  freeAt(link: LinkId): number {
    const turn = this.#turn;
    if (turn === undefined || turn.link === link) return 0;
    return Math.min(turn.heardAt + TURN_IDLE_MS, turn.since + TURN_MS);
  }

  isFreeFor(link: LinkId): boolean {
    return this.freeAt(link) <= this.#env.now();
  }

  /** The peer begins. Who begins out of turn, since it must, takes nobody's. */
  take(link: LinkId): void {
    const now = this.#env.now();
    if (this.#turn?.link !== link && this.isFreeFor(link)) this.#turn = { link, since: now, heardAt: now };
  }

  /** The peer has brought something. */
  heard(link: LinkId): void {
    if (this.#turn?.link === link) this.#turn.heardAt = this.#env.now();
  }

  /** The peer's session or repair is over. */
  give(link: LinkId): void {
    if (this.#turn?.link === link) this.#turn = undefined;
  }
}
