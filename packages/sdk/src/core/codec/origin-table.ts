import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import { DecodeError } from "./decode-error.ts";
import type { Dot } from "../dot.ts";
import { MAX_CONTEXT_ORIGINS } from "./limits.ts";
import type { Reader } from "./reader.ts";

/**
 * The origins of a batch, which its dots and contexts name by index, as they are read.
 * Invariant: each is there once, all are used, and first used in the table's own order. So a batch has one form as bytes (S9).
 */
export class OriginTable {
  readonly #origins: readonly Origin[];
  #used = 0;

  private constructor(origins: readonly Origin[]) {
    this.#origins = origins;
  }

  static read(reader: Reader): OriginTable {
    const origins = new Set<Origin>();
    for (let left = reader.count("origins of a batch", MAX_CONTEXT_ORIGINS, ORIGIN_BYTES); left > 0; left--) {
      const before = origins.size;
      if (origins.add(reader.hex(ORIGIN_BYTES, "origin") as Origin).size === before)
        throw new DecodeError("an origin twice in the table");
    }
    return new OriginTable([...origins]);
  }

  readDot(reader: Reader): Dot {
    const index = reader.uint("origin");
    const origin = this.#origins[index];
    if (origin === undefined) throw new DecodeError("an origin outside the table");
    if (index > this.#used) throw new DecodeError("a table that is not in the order of use");
    if (index === this.#used) this.#used++;
    const seq = reader.uint("seq");
    if (seq === 0) throw new DecodeError("a seq of 0");
    return { origin, seq };
  }

  /** After the last dot. */
  end(): void {
    if (this.#used < this.#origins.length) throw new DecodeError("an origin in the table that no version names");
  }
}
