import { nodeIdOf, recordOf } from "./stored-image.ts";
import { EndToEnd } from "./end-to-end.ts";
import type { EpochRef } from "../core/messages.ts";
import { type Ledger, recordKey } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { NodeId } from "../core/node-id.ts";
import { readCodecs } from "../core/codec/read-messages.ts";

const READS: ReadonlySet<number> = new Set([readCodecs["read-request"].code, readCodecs["read-reply"].code]);

/** What has come to one reader in answer to one question. */
interface Question {
  readonly reader: number;
  readonly ids: readonly string[];
  readonly replies: { readonly from: NodeId; readonly ref: EpochRef; readonly at: number }[];
}

/**
 * Q5, as the wire shows it: a voter answers a read only in the epoch that its disk says is its own, and a read returns only after enough
 * answers of one epoch.
 */
export class ReplyWitness {
  readonly #ledger: Ledger;
  readonly #machines: readonly Machine[];
  readonly #endToEnd: EndToEnd;
  readonly #questions: Question[] = [];
  /**
   * Of each reader, voter, number and epoch, the question that came last, and the epoch on the voter's disk when the first did: an answer
   * to that one may still be on its way when the question comes again (seed 415).
   */
  readonly #asked = new Map<string, { readonly question: Question; readonly voterAt: EpochRef | undefined }>();

  constructor(ledger: Ledger, machines: readonly Machine[]) {
    this.#ledger = ledger;
    this.#machines = machines;
    this.#endToEnd = new EndToEnd(machines);
  }

  delivered(...[sender, receiver, bytes, now]: [from: number, to: number, bytes: Uint8Array, now: number]): void {
    const delivered = this.#endToEnd.delivered(sender, receiver, bytes, READS);
    if (delivered === undefined) return;
    const { from, to, message } = delivered;
    if (message.type === "read-request") {
      const last = this.#questions.findLast((other) => other.reader === from && sameIds(other.ids, message.ids));
      const question = last ?? { reader: from, ids: message.ids, replies: [] };
      if (last === undefined) this.#questions.push(question);
      const key = askedKey(from, to, message);
      this.#asked.set(key, { question, voterAt: this.#asked.get(key)?.voterAt ?? this.#epochOf(to) });
    } else if (message.type === "read-reply") {
      const asked = this.#asked.get(askedKey(to, from, message));
      const voter = this.#machines[from];
      const nodeId = voter && nodeIdOf(voter.disk.image);
      if (asked === undefined || nodeId === undefined) return;
      asked.question.replies.push({ from: nodeId, ref: message, at: now });
      this.#checkFence(message, asked.voterAt, this.#epochOf(from), from);
    }
  }

  /**
   * A read has returned.
   * @param names what the reader has gone by meanwhile: a copied store that answers itself may be found out and renamed before it
   * returns (C1, seed 390)
   */
  checkCount(reader: number, id: string, required: number, invokedAt: number, names: ReadonlySet<NodeId>): void {
    const ofEpoch = new Map<string, Set<NodeId>>();
    for (const { replies, ...question } of this.#questions) {
      if (question.reader !== reader || !question.ids.includes(id)) continue;
      for (const { from, ref, at } of replies) {
        if (at < invokedAt) continue;
        const epoch = recordKey(ref);
        ofEpoch.set(epoch, (ofEpoch.get(epoch) ?? new Set()).add(from));
      }
    }
    for (const record of [...this.#ledger.records.values(), ...this.#ledger.rivalRecords.values()])
      for (const { nodeId } of record.voters)
        if (names.has(nodeId))
          ofEpoch.set(recordKey(record), (ofEpoch.get(recordKey(record)) ?? new Set()).add(nodeId));
    const most = Math.max(0, ...[...ofEpoch.values()].map((voters) => voters.size));
    if (most < required)
      this.#ledger.violation(`Q5: r${reader} has read ${id} with ${most} of ${required} answers of one epoch`);
  }

  #checkFence(ref: EpochRef, then: EpochRef | undefined, now: EpochRef | undefined, voter: number): void {
    const wasPast = then?.lineage === ref.lineage && then.epoch > ref.epoch;
    const isBefore = now?.lineage === ref.lineage && now.epoch < ref.epoch;
    if (wasPast || isBefore)
      this.#ledger.violation(`Q5: r${voter} has answered a read in epoch ${ref.epoch}, which is not its own`);
  }

  #epochOf(machine: number): EpochRef | undefined {
    const disk = this.#machines[machine]?.disk;
    return disk && recordOf(disk.flushed);
  }
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** With the epoch: a question is asked again by its number in the next one, while an answer of the last may still be on its way (seed 213). */
function askedKey(reader: number, voter: number, { request, lineage, epoch }: EpochRef & { request: number }): string {
  return `${reader} ${voter} ${request} ${lineage} ${epoch}`;
}
