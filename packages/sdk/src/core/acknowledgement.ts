import { type CausalContext, intervalsIn } from "./causal-context.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { EpochRef } from "./messages.ts";
import type { LinkId } from "./peer.ts";
import type { SmallMutation } from "./commit-queue.ts";
import { knownRecord, mayServeLater, serves } from "./epoch-fence.ts";

/**
 * Questions of one peer that wait for their dots. A peer asks once for each of its commits under way; one that asks for more than
 * this at once is answered by its own time-out.
 */
export const MAX_WAITING_QUESTIONS = 4096;

/**
 * Intervals of dots in the waiting questions of one peer: some 16 MiB. An honest one asks about its last commits, or once about what a
 * whole lineage holds; a single question of any size is taken.
 */
export const MAX_WAITING_INTERVALS: number = 2 ** 20;

/** Who asks: a connected peer, or this replica's own writes. */
export type Asker = LinkId | "self";

interface Question {
  readonly asker: Asker;
  readonly request: number;
  readonly ref: EpochRef;
  readonly dots: CausalContext;
}

/** One asker's questions, by request. */
interface Waiting {
  readonly questions: Map<number, Question>;
  intervals: number;
}

/**
 * The voter's desk (Q4): says "durably held, or dominated" when that is so, and only in the epoch it was asked for (Q5).
 *
 * Invariant: an ack leaves after a strict commit that found the dots covered and this store a voter of the asked-for epoch, which it had not sealed; what
 * only a relaxed commit has is flushed by a strict one first.
 */
export class AckDesk {
  readonly #env: Environment;
  readonly #answerSelf: (request: number) => void;
  readonly #waiting = new Map<Asker, Waiting>();

  constructor(env: Environment, answerSelf: (request: number) => void) {
    this.#env = env;
    this.#answerSelf = answerSelf;
  }

  ask(question: Question): void {
    const { state } = this.#env;
    this.forget(question.asker, question.request);
    if (!mayServeLater(state, question.ref)) {
      this.#refuse(question);
    } else if (this.#keep(question)) {
      // A transaction that is under way was put together before the question came, and may be the one that brings its dots.
      const mayBeHeld = this.#env.queue.isBusy || this.#env.state.context.coversAll(question.dots);
      if (serves(state, question.ref) && mayBeHeld) this.#env.queue.push(this.#attestation([question]));
    }
  }

  /** Part of putting a transaction together: the questions that it answers go with it. */
  answerableIn(draft: Draft): SmallMutation[] {
    const answerable = this.#all().filter((question) => serves(draft, question.ref) && draft.coversAll(question.dots));
    return answerable.length === 0 ? [] : [this.#attestation(answerable)];
  }

  /** The record has changed: what can no longer be served here is refused with the new one. */
  recordChanged(): void {
    const { state } = this.#env;
    for (const question of this.#all()) {
      if (mayServeLater(state, question.ref)) continue;
      this.forget(question.asker, question.request);
      this.#refuse(question);
    }
    const answerable = this.#all().filter(
      (question) => serves(state, question.ref) && state.context.coversAll(question.dots),
    );
    if (answerable.length > 0) this.#env.queue.push(this.#attestation(answerable));
  }

  /** The asker is gone, or no longer wants to know. */
  forget(asker: Asker, request?: number): void {
    const waiting = this.#waiting.get(asker);
    if (waiting === undefined) return;
    const question = request === undefined ? undefined : waiting.questions.get(request);
    if (question !== undefined) {
      waiting.questions.delete(question.request);
      waiting.intervals -= intervalsIn(question.dots);
    }
    if (request === undefined || waiting.questions.size === 0) this.#waiting.delete(asker);
  }

  #all(): Question[] {
    return [...this.#waiting.values()].flatMap((waiting) => [...waiting.questions.values()]);
  }

  /** Returns whether the question waits now, or is one too many. */
  #keep(question: Question): boolean {
    const waiting = this.#waiting.get(question.asker) ?? { questions: new Map(), intervals: 0 };
    const intervals = waiting.intervals + intervalsIn(question.dots);
    const { size } = waiting.questions;
    if (size > 0 && (size >= MAX_WAITING_QUESTIONS || intervals > MAX_WAITING_INTERVALS)) return false;
    waiting.questions.set(question.request, question);
    waiting.intervals = intervals;
    this.#waiting.set(question.asker, waiting);
    return true;
  }

  #attestation(questions: readonly Question[]): SmallMutation {
    let good: Question[] = [];
    return {
      size: 0,
      stage: (draft) => {
        good = questions.filter((question) => serves(draft, question.ref) && draft.coversAll(question.dots));
        return good.length > 0;
      },
      settle: () => {
        // What else was in the transaction may have ended the epoch, or taken damaged records out of the store.
        const { state } = this.#env;
        for (const question of good)
          if (serves(state, question.ref) && state.context.coversAll(question.dots)) this.#answer(question);
      },
      // The questions go on waiting for the next transaction that covers their dots.
      fail: () => undefined,
    };
  }

  #answer(question: Question): void {
    if (this.#waiting.get(question.asker)?.questions.get(question.request) !== question) return;
    this.forget(question.asker, question.request);
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
    const replicaSet = knownRecord(this.#env.state, question.ref);
    const message = { type: "nack", request: question.request, replicaSet } as const;
    this.#env.emit({ type: "send", link: question.asker, message });
  }
}
