import { decodeMessage } from "../../core/codec/frames.ts";
import { syncCodecs } from "../../core/codec/sync-messages.ts";
import type { NodeId } from "../../core/node-id.ts";

/** What became of one write. */
export interface Spread {
  readonly writer: NodeId;
  readonly sentAt: number;
  /** When it first arrived at each other replica, and over how many connections. */
  readonly arrivals: Map<NodeId, { readonly at: number; readonly hops: number }>;
  /** How often its bytes arrived anywhere. */
  transmissions: number;
}

const CARRIERS: readonly number[] = [syncCodecs.push.code, syncCodecs.batch.code];

/** Follows some writes, each of an id of its own, through a mesh, by what arrives on its connections. */
export class SpreadWatch {
  readonly #spreads = new Map<string, Spread>();

  /** From its writing on. */
  follow(id: string, writer: NodeId, now: number): Spread {
    const spread: Spread = { writer, sentAt: now, arrivals: new Map(), transmissions: 0 };
    this.#spreads.set(id, spread);
    return spread;
  }

  arrived(from: NodeId, to: NodeId, message: Uint8Array, now: number): void {
    if (this.#spreads.size === 0 || !CARRIERS.includes(message[1] ?? 0)) return;
    const decoded = decodeMessage(message);
    if (decoded.type !== "push" && decoded.type !== "batch") return;
    for (const { id } of decoded.versions) {
      const spread = this.#spreads.get(id);
      if (spread === undefined) continue;
      spread.transmissions++;
      if (to === spread.writer || spread.arrivals.has(to)) continue;
      const hops = (spread.arrivals.get(from)?.hops ?? 0) + 1;
      spread.arrivals.set(to, { at: now, hops });
    }
  }
}
