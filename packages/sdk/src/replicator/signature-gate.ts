import type { Signer } from "./entry-signer.ts";
import { MAX_WAITING_PUSHED, questionOf } from "../core/live-push.ts";
import type { Message } from "../core/messages.ts";
import { versionsIn } from "../core/message-versions.ts";

export interface SignatureGateOptions {
  readonly signer: Pick<Signer, "fault">;
  /** All versions in it are genuine and allowed. Messages pass in the order in which they came. */
  passed(message: Message): void;
  /** The peer sent what no replica with this `authorize` does, or too much; nothing passes any more. */
  refused(reason: string): void;
}

/**
 * Frames of one peer that wait here, in bytes. A sender that keeps to its windows has some 4 MiB of pushes and twice 2 MiB of batches
 * under way; beyond is left what the answers to reads may add.
 */
export const MAX_WAITING_BYTES: number = 32 * 1024 * 1024;

interface Waiting {
  readonly message: Message;
  readonly bytes: number;
  /** Of a push. */
  readonly pushed: number;
}

/**
 * One connection, in front of the core of a replica whose entries are signed (C10). The core is synchronous and the platform's cryptography
 * is not: a message with versions waits here until all of them have been judged, and whatever comes after it waits behind it.
 */
export class SignatureGate {
  readonly #options: SignatureGateOptions;
  readonly #waiting: Waiting[] = [];
  #bytes = 0;
  #pushed = 0;
  #isJudging = false;
  #ended = false;

  constructor(options: SignatureGateOptions) {
    this.#options = options;
  }

  /** @param bytes of its frame. */
  receive(message: Message, bytes: number): void {
    if (this.#ended) return;
    if (!this.#isJudging && versionsIn(message) === undefined) return this.#options.passed(message);
    const waiting = this.#waitingOf(message, bytes);
    if (waiting === undefined) return;
    this.#waiting.push(waiting);
    this.#bytes += bytes;
    this.#pushed += waiting.pushed;
    if (this.#bytes > MAX_WAITING_BYTES) this.#refuse("more at once than can be verified");
    else if (!this.#isJudging) void this.#judge();
  }

  /** Nothing comes of it any more. */
  end(): void {
    this.#ended = true;
    this.#waiting.length = 0;
  }

  /** What the core would drop, since a session brings it (`LivePush.onPush`), need not be judged first; what is asked with it is. */
  #waitingOf(message: Message, bytes: number): Waiting | undefined {
    if (message.type !== "push") return { message, bytes, pushed: 0 };
    const pushed = message.versions.length;
    if (this.#pushed + pushed <= MAX_WAITING_PUSHED) return { message, bytes, pushed };
    const question = questionOf(message);
    return question && { message: question, bytes, pushed: 0 };
  }

  async #judge(): Promise<void> {
    this.#isJudging = true;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { message, bytes, pushed } = next;
      const versions = versionsIn(message);
      const fault = versions === undefined ? undefined : await this.#options.signer.fault(versions);
      if (this.#ended) return;
      if (fault !== undefined) return this.#refuse(fault);
      this.#waiting.shift();
      this.#bytes -= bytes;
      this.#pushed -= pushed;
      this.#options.passed(message);
    }
    this.#isJudging = false;
  }

  #refuse(reason: string): void {
    this.end();
    this.#options.refused(reason);
  }
}
