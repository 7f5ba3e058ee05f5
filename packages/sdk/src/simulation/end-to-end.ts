import { decodeMessage } from "../core/codec/frames.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import type { Machine } from "./machine.ts";
import { meshCodecs } from "../core/codec/mesh-messages.ts";
import type { Message } from "../core/messages.ts";
import type { NodeId } from "../core/node-id.ts";
import { nodeIdOf } from "./stored-image.ts";

/** What one machine has got from another, which it may have come from over others. */
export interface Delivered {
  readonly from: number;
  readonly to: number;
  readonly message: Message;
}

/** Follows what is routed over others from who asks to who answers and back (T7): what comes to a relay is delivered to nobody. */
export class EndToEnd {
  readonly #machines: readonly Machine[];
  /** By nonce, the machine that asks. Its NodeId does not tell: a copied store has the same one (C1, seed 1607). */
  readonly #askers = new Map<string, number>();
  /** By nonce, the machine that was asked. */
  readonly #asked = new Map<string, number>();

  constructor(machines: readonly Machine[]) {
    this.#machines = machines;
  }

  /** @param types of messages that are worth decoding; `undefined`: it is none of them, or on its way, or no message, but what a liar has sent */
  delivered(from: number, to: number, bytes: Uint8Array, types: ReadonlySet<number>): Delivered | undefined {
    const type = bytes[1] ?? 0;
    const isRouted = type === meshCodecs["routed-question"].code || type === meshCodecs["routed-answer"].code;
    if (!isRouted && !types.has(type)) return undefined;
    const message = decoded(bytes);
    if (message?.type === "routed-question") {
      if (message.route.length === 1) this.#askers.set(message.nonce, from);
      if (message.target !== this.#nodeIdOf(to)) return undefined;
      this.#asked.set(message.nonce, to);
      const asker = this.#askers.get(message.nonce);
      return asker === undefined ? undefined : { from: asker, to, message: message.body };
    }
    if (message?.type === "routed-answer") {
      const voter = this.#asked.get(message.nonce);
      return message.route.length > 0 || voter === undefined ? undefined : { from: voter, to, message: message.body };
    }
    return message && { from, to, message };
  }

  #nodeIdOf(machine: number): NodeId | undefined {
    const disk = this.#machines[machine]?.disk;
    return disk && nodeIdOf(disk.image);
  }
}

function decoded(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
