import type { Logger } from "./logger.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Enough to see what a client does wrong; no flood of clients fills a disk: at most 3,600 lines an hour after these. */
const BURST_LINES = 100;
const LINES_PER_SECOND = 1;

/** Logs what clients cause, at a bounded rate; the next line that comes through says how many were left out. */
export class ClientLog {
  readonly #logger: Logger;
  readonly #bucket: TokenBucket;
  #suppressed = 0;

  constructor(logger: Logger, nowMs: number) {
    this.#logger = logger;
    this.#bucket = new TokenBucket(BURST_LINES, LINES_PER_SECOND, nowMs);
  }

  info(facts: object, message: string, nowMs: number): void {
    if (!this.#bucket.has(1, nowMs)) {
      this.#suppressed++;
      return;
    }
    this.#bucket.spend(1, nowMs);
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    this.#logger.info(suppressed === 0 ? facts : { ...facts, suppressed }, message);
  }
}
