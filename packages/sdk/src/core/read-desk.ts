import { knownRecord, mayServeLater, serves } from "./epoch-fence.ts";
import type { Asker } from "./acknowledgement.ts";
import type { Environment } from "./environment.ts";
import type { EpochRef } from "./messages.ts";
import { loadSiblings } from "./sibling-loader.ts";
import { MAX_READ_IDS } from "./codec/limits.ts";
import { pack } from "./packing.ts";
import { PUSH_BYTES } from "./live-push.ts";
import type { StoredVersion } from "./version.ts";

/** Questions of one peer that wait here, as for acks; and their ids: four of the largest questions. More are answered by their own time-out. */
const MAX_WAITING_READS = 4096;
const MAX_WAITING_READ_IDS: number = 4 * MAX_READ_IDS;

interface ReadQuestion {
  readonly asker: Asker;
  readonly request: number;
  readonly ref: EpochRef;
  readonly ids: readonly string[];
}

interface Waiting extends ReadQuestion {
  /** A transaction or the reading of payloads is under way for it. */
  underWay: boolean;
}

/**
 * The voter's desk for reads (Q9): tells what it holds of some ids.
 *
 * Invariant: a reply tells what was durable after a strict commit that found this store a voter of the asked-for epoch, as an ack
 * does (Q4, Q5).
 */
export class ReadDesk {
  readonly #env: Environment;
  readonly #answerSelf: (request: number, ref: EpochRef) => void;
  readonly #waiting = new Map<Asker, Map<number, Waiting>>();

  /** @param answerSelf this replica's own question: the state is the answer */
  constructor(env: Environment, answerSelf: (request: number, ref: EpochRef) => void) {
    this.#env = env;
    this.#answerSelf = answerSelf;
  }

  ask(question: ReadQuestion): void {
    this.forget(question.asker, question.request);
    const waiting = { ...question, underWay: false };
    if (!mayServeLater(this.#env.state, question.ref)) this.#refuse(question);
    else if (this.#keep(waiting)) this.#advance(waiting);
  }

  /** The record has changed: what can no longer be served here is refused with the new one. */
  recordChanged(): void {
    for (const questions of this.#waiting.values())
      for (const question of questions.values()) if (!question.underWay) this.#advance(question);
  }

  /** The asker is gone, or no longer wants to know. */
  forget(asker: Asker, request?: number): void {
    const questions = this.#waiting.get(asker);
    if (request !== undefined) questions?.delete(request);
    if (request === undefined || questions?.size === 0) this.#waiting.delete(asker);
  }

  /** Returns whether the question waits now, or is one too many. */
  #keep(question: Waiting): boolean {
    const questions = this.#waiting.get(question.asker) ?? new Map<number, Waiting>();
    let ids = question.ids.length;
    for (const other of questions.values()) ids += other.ids.length;
    if (questions.size > 0 && (questions.size >= MAX_WAITING_READS || ids > MAX_WAITING_READ_IDS)) return false;
    questions.set(question.request, question);
    this.#waiting.set(question.asker, questions);
    return true;
  }

  /** The one step that decides what happens to a question; an epoch that is still to come here is waited for. */
  #advance(question: Waiting): void {
    const { state } = this.#env;
    if (serves(state, question.ref)) {
      this.#attest(question);
    } else if (!mayServeLater(state, question.ref)) {
      this.forget(question.asker, question.request);
      this.#refuse(question);
    }
  }

  #attest(question: Waiting): void {
    let isVoter = false;
    question.underWay = true;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => (isVoter = serves(draft, question.ref)),
      settle: () => {
        if (!this.#isCurrent(question)) return;
        // What else was in the transaction may have ended the epoch.
        if (isVoter && serves(this.#env.state, question.ref)) this.#answer(question);
        else this.#again(question);
      },
      fail: () => this.forget(question.asker, question.request),
    });
  }

  #answer(question: Waiting): void {
    if (question.asker === "self") {
      this.forget("self", question.request);
      this.#answerSelf(question.request, question.ref);
      return;
    }
    loadSiblings(this.#env, question.ids, {
      loaded: (versions) => this.#reply(question, versions),
      replaced: () => this.#again(question),
      // What this voter has acknowledged it may have lost: the asker has others.
      unreadable: () => this.forget(question.asker, question.request),
    });
  }

  #reply(question: Waiting, versions: readonly StoredVersion[]): void {
    const { asker, request, ref } = question;
    const { lineage, epoch } = ref;
    if (!this.#isCurrent(question) || asker === "self") return;
    this.forget(asker, request);
    const { counter } = this.#env.state;
    const parts = versions.length === 0 ? [[]] : pack(versions, PUSH_BYTES);
    for (const [part, some] of parts.entries()) {
      this.#env.emit({
        type: "send",
        link: asker,
        message: { type: "read-reply", request, lineage, epoch, counter, part, parts: parts.length, versions: some },
      });
    }
  }

  #again(question: Waiting): void {
    if (!this.#isCurrent(question)) return;
    question.underWay = false;
    this.#advance(question);
  }

  #isCurrent(question: Waiting): boolean {
    return this.#waiting.get(question.asker)?.get(question.request) === question;
  }

  #refuse({ asker, request, ref }: ReadQuestion): void {
    if (asker === "self") return;
    const message = { type: "nack", request, replicaSet: knownRecord(this.#env.state, ref) } as const;
    this.#env.emit({ type: "send", link: asker, message });
  }
}
