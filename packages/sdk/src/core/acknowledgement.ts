import { isServing, isVoter } from "./replica-set.ts";
import type { CausalContext } from "./causal-context.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { EpochRef } from "./messages.ts";
import type { LinkId } from "./peer.ts";
import type { Mutation } from "./commit-queue.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/**
 * Questions of one peer that wait for their dots. A peer asks once for each of its commits under way; one that asks for more than
 * this at once is answered by its own time-out.
 */
export const MAX_WAITING_QUESTIONS = 4096;

/** Who asks: a connected peer, or this replica's own writes. */
export type Asker = LinkId | "self";

interface Question {
  readonly asker: Asker;
  readonly request: number;
  readonly ref: EpochRef;
  readonly dots: CausalContext;
}

/**
 * The voter's desk (Q4): says "durably held, or dominated" when that is so, and only in the epoch it was asked for (Q5).
 *
 * Invariant: an ack leaves after a strict commit that found the dots covered and this store a voter of the asked-for epoch; what
 * only a relaxed commit has is flushed by a strict one first.
 */
export class AckDesk {
  readonly #env: Environment;
  readonly #answerSelf: (request: number) => void;
  #waiting: Question[] = [];

  constructor(env: Environment, answerSelf: (request: number) => void) {
    this.#env = env;
    this.#answerSelf = answerSelf;
  }

  ask(question: Question): void {
    const record = this.#env.state.replicaSet;
    this.forget(question.asker, question.request);
    if (!mayServeLater(record, question.ref)) {
      this.#refuse(question);
    } else if (this.#waiting.filter((other) => other.asker === question.asker).length < MAX_WAITING_QUESTIONS) {
      this.#waiting.push(question);
      if (this.#serves(record, question.ref) && this.#env.state.context.coversAll(question.dots))
        this.#env.queue.push(this.#attestation([question]));
    }
  }

  /** Part of putting a transaction together: the questions that it answers go with it. */
  answerableIn(draft: Draft): Mutation[] {
    const answerable = this.#waiting.filter(
      (question) => this.#serves(draft.replicaSet, question.ref) && draft.coversAll(question.dots),
    );
    return answerable.length === 0 ? [] : [this.#attestation(answerable)];
  }

  /** The record has changed: what can no longer be served here is refused with the new one. */
  recordChanged(): void {
    const hopeless = this.#waiting.filter((question) => !mayServeLater(this.#env.state.replicaSet, question.ref));
    this.#waiting = this.#waiting.filter((question) => !hopeless.includes(question));
    for (const question of hopeless) this.#refuse(question);
    const answerable = this.#waiting.filter(
      (question) =>
        this.#serves(this.#env.state.replicaSet, question.ref) && this.#env.state.context.coversAll(question.dots),
    );
    if (answerable.length > 0) this.#env.queue.push(this.#attestation(answerable));
  }

  /** The asker is gone, or no longer wants to know. */
  forget(asker: Asker, request?: number): void {
    this.#waiting = this.#waiting.filter(
      (question) => question.asker !== asker || (request !== undefined && question.request !== request),
    );
  }

  #attestation(questions: readonly Question[]): Mutation {
    let good: Question[] = [];
    return {
      size: 0,
      stage: (draft) => {
        good = questions.filter(
          (question) => this.#serves(draft.replicaSet, question.ref) && draft.coversAll(question.dots),
        );
        return good.length > 0;
      },
      settle: () => {
        for (const question of good) this.#answer(question);
      },
      // The questions go on waiting for the next transaction that covers their dots.
      fail: () => undefined,
    };
  }

  #answer(question: Question): void {
    if (!this.#waiting.includes(question)) return;
    this.#waiting = this.#waiting.filter((other) => other !== question);
    if (question.asker === "self") {
      this.#answerSelf(question.request);
    } else {
      const { lineage, epoch } = question.ref;
      const message = {
        type: "ack",
        request: question.request,
        lineage,
        epoch,
        counter: this.#env.state.counter,
      } as const;
      this.#env.emit({ type: "send", link: question.asker, message });
    }
  }

  #refuse(question: Question): void {
    if (question.asker === "self") return;
    const message = { type: "nack", request: question.request, replicaSet: this.#env.state.replicaSet } as const;
    this.#env.emit({ type: "send", link: question.asker, message });
  }

  #serves(record: ReplicaSetRecord, ref: EpochRef): boolean {
    return (
      record.lineage === ref.lineage &&
      record.epoch === ref.epoch &&
      isServing(record) &&
      isVoter(record, this.#env.state.nodeId)
    );
  }
}

/** Whether this record, or a later one of its lineage that is still to arrive here, may be the epoch asked for. */
function mayServeLater(record: ReplicaSetRecord, ref: EpochRef): boolean {
  return (
    record.lineage === ref.lineage && (record.epoch < ref.epoch || (record.epoch === ref.epoch && isServing(record)))
  );
}
