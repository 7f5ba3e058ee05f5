import type { Life } from "./clock.ts";
import { decodeMessage } from "../core/codec/frames.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import type { EpochRef, Message } from "../core/messages.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import { nodeIdOf, recordOf } from "./stored-image.ts";
import type { NodeId } from "../core/node-id.ts";
import { quorumCodecs } from "../core/codec/quorum-messages.ts";
import { replicaSetCodecs } from "../core/codec/replica-set-messages.ts";

/** Messages that carry a voter's counter and are not overtaken by others that do. */
const COUNTED: ReadonlySet<number> = new Set([
  quorumCodecs.ack.code,
  replicaSetCodecs.promise.code,
  replicaSetCodecs.accepted.code,
  replicaSetCodecs.sealed.code,
  replicaSetCodecs.installed.code,
]);

/** So many messages with a counter that is too low: of the first, the connection may have been given up when it came. */
const ENOUGH = 2;

/** What one process has been told by one voter. */
interface Told {
  /** The lineage and epoch that had enrolled it by then, if any. */
  enrolled: string | undefined;
  highest: number;
  tooLow: number;
  /** When it must have understood that the voter has forgotten, and the epoch it was in by then. */
  regressed: { readonly at: number; readonly ref: EpochRef } | undefined;
}

/**
 * Q3, as the wire shows it: a process that has been told a lower counter after a higher one counts that voter no more in an epoch that
 * enrolled it before.
 */
export class CounterWitness {
  readonly #ledger: Ledger;
  readonly #machines: readonly Machine[];
  /** By process: what it has seen, it may have forgotten when it ends. */
  readonly #told = new WeakMap<Life, Map<NodeId, Told>>();

  constructor(ledger: Ledger, machines: readonly Machine[]) {
    this.#ledger = ledger;
    this.#machines = machines;
  }

  delivered(from: number, to: number, bytes: Uint8Array, now: number): void {
    if (!COUNTED.has(bytes[1] ?? 0)) return;
    const [voter, hearer] = [this.#machines[from], this.#machines[to]];
    const nodeId = voter && nodeIdOf(voter.disk.image);
    const counter = counterOf(bytes);
    if (nodeId === undefined || hearer?.life === undefined || counter === undefined) return;
    const ofHearer = this.#told.get(hearer.life) ?? new Map<NodeId, Told>();
    const told = ofHearer.get(nodeId) ?? { enrolled: undefined, highest: 0, tooLow: 0, regressed: undefined };
    this.#told.set(hearer.life, ofHearer.set(nodeId, told));
    const record = recordOf(hearer.disk.flushed);
    const since = record?.voters.find((each) => each.nodeId === nodeId)?.since;
    const enrolled = since && `${record?.lineage} ${since}`;
    // Enrolled anew, what it forgot before matters no more.
    if (enrolled !== told.enrolled) Object.assign(told, { enrolled, highest: 0, tooLow: 0 });
    if (counter >= told.highest) {
      told.highest = counter;
      return;
    }
    told.tooLow++;
    if (told.tooLow < ENOUGH || record === undefined || !this.#ledger.lostStores.has(nodeId)) return;
    told.regressed = { at: now, ref: { lineage: record.lineage, epoch: record.epoch } };
    // From here it counts on, and a later epoch may enrol it again.
    told.highest = counter;
    told.tooLow = 0;
  }

  /** A write that was begun at `invokedAt` has been acknowledged by these. Returns the one that must not count, if any. */
  forgetful(life: Life | undefined, acks: readonly NodeId[], invokedAt: number, of: EpochRef): NodeId | undefined {
    const record = this.#ledger.records.get(`${of.lineage} epoch ${of.epoch}`);
    const ofHearer = life && this.#told.get(life);
    return acks.find((ack) => {
      const regressed = ofHearer?.get(ack)?.regressed;
      const since = record?.voters.find((voter) => voter.nodeId === ack)?.since;
      if (regressed === undefined || since === undefined || regressed.at >= invokedAt) return false;
      return regressed.ref.lineage === of.lineage && since <= regressed.ref.epoch;
    });
  }
}

/** `undefined`: what a liar has sent is no message. */
function counterOf(bytes: Uint8Array): number | undefined {
  try {
    const message: Message = decodeMessage(bytes);
    return "counter" in message ? message.counter : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
