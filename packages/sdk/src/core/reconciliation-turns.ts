import { type DotRange, type Reconciliation } from "./reconciliation.ts";

/** Ranges in one message: at most 250 KiB of listed items, and some milliseconds' work to answer. */
export const MAX_RANGES_PER_TURN = 512;
/** Ranges that wait for their turn: a million items that all differ make half of it. Beyond, a peer asks what no correct one asks. */
const MAX_WAITING_RANGES = 65_536;
/** Enough to take all waiting ranges through every level; a peer that asks on and on is told nothing more. */
const MAX_TURNS = 1024;

/**
 * The two sides of a reconciliation take turns in bounded messages until neither has anything to say.
 *
 * Invariant: a turn answers the other side's turn, except the first, and the last that is empty on both sides.
 */
export class ReconciliationTurns {
  readonly #reconciliation: Pick<Reconciliation, "answer">;
  #waiting: DotRange[] = [];
  #saidNothing = false;
  #turns = 0;
  #isOver = false;

  constructor(reconciliation: Pick<Reconciliation, "answer">) {
    this.#reconciliation = reconciliation;
  }

  /** Both sides know all differences. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What to say to the peer's turn; `undefined`: nothing, it was the last. @throws RangeError when no correct peer goes on like this */
  take(ranges: readonly DotRange[]): readonly DotRange[] | undefined {
    if (++this.#turns > MAX_TURNS) throw new RangeError("a repair of too many turns");
    for (const range of ranges) this.#waiting.push(...this.#reconciliation.answer(range));
    if (this.#waiting.length > MAX_WAITING_RANGES) throw new RangeError("a repair of too many ranges");
    const said = this.#waiting.splice(0, MAX_RANGES_PER_TURN);
    const quiet = ranges.length === 0 && said.length === 0;
    if (quiet) this.#isOver = true;
    if (quiet && this.#saidNothing) return undefined;
    this.#saidNothing = said.length === 0;
    return said;
  }
}
