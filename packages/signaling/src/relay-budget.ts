import { CLOSE_CODES, type RelayMessage, type RelayOffer } from "./protocol.ts";
import { TokenBucket } from "./token-bucket.ts";
import { Violation } from "./violation.ts";

/** What a server relays between clients that reach each other in no other way (T11). */
export interface RelayOptions {
  /** From one socket to one other: MIN_RELAY_BYTES_PER_SECOND or more. */
  readonly bytesPerSecond: number;
  /** From one socket to all others together. Default: twice as many. */
  readonly socketBytesPerSecond?: number | undefined;
}

/** What a message costs beside its data: many small ones are dearer for the server than a few large ones. */
export const RELAY_MESSAGE_BYTES = 2048;
/** A client's longest message is some 24 KiB: of less a second, one would hold up its sender's signaling. */
export const MIN_RELAY_BYTES_PER_SECOND: number = 32 * 1024;
/** Clients pace themselves by a burst of one second: jitter on the way never makes an honest one overdraw. */
const BURST_S = 2;
/** vecmesh relays to at most eight at once; the rest are those of connections that have just ended. */
const MAX_RECEIVERS = 32;

/**
 * What a client that has said its nodeId is told.
 * @throws RangeError
 */
export function relayOffer({ bytesPerSecond, socketBytesPerSecond = 2 * bytesPerSecond }: RelayOptions): RelayOffer {
  const least = Math.min(bytesPerSecond, socketBytesPerSecond);
  if (!Number.isSafeInteger(bytesPerSecond + socketBytesPerSecond) || least < MIN_RELAY_BYTES_PER_SECOND) {
    throw new RangeError(`a relay needs whole numbers of at least ${MIN_RELAY_BYTES_PER_SECOND} bytes a second`);
  }
  return { bytesPerSecond, socketBytesPerSecond, bytesPerMessage: RELAY_MESSAGE_BYTES };
}

/** Meters what one socket has relayed, in all and to each other socket. */
export class RelayBudget {
  readonly #offer: RelayOffer;
  readonly #all: TokenBucket;
  readonly #receivers = new Map<string, TokenBucket>();

  constructor(offer: RelayOffer, nowMs: number) {
    this.#offer = offer;
    this.#all = new TokenBucket(BURST_S * offer.socketBytesPerSecond, offer.socketBytesPerSecond, nowMs);
  }

  /**
   * Counts the message and returns for how many milliseconds nothing more should be read: 0 unless a bucket is overdrawn.
   * @throws Violation for more receivers at once than any client has.
   */
  spend({ to, data }: RelayMessage, nowMs: number): number {
    const bytes = data.length + this.#offer.bytesPerMessage;
    return Math.max(this.#all.spend(bytes, nowMs), this.#receiver(to, nowMs).spend(bytes, nowMs));
  }

  #receiver(to: string, nowMs: number): TokenBucket {
    const known = this.#receivers.get(to);
    if (known !== undefined) return known;
    if (this.#receivers.size >= MAX_RECEIVERS) {
      for (const [other, bucket] of this.#receivers) if (bucket.isFull(nowMs)) this.#receivers.delete(other);
    }
    if (this.#receivers.size >= MAX_RECEIVERS) {
      const reason = `a socket may relay to at most ${MAX_RECEIVERS} others at a time`;
      throw new Violation(CLOSE_CODES.policyViolation, reason);
    }
    const { bytesPerSecond } = this.#offer;
    const bucket = new TokenBucket(BURST_S * bytesPerSecond, bytesPerSecond, nowMs);
    this.#receivers.set(to, bucket);
    return bucket;
  }
}
