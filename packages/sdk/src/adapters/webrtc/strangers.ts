import type { Runtime } from "../../ports/runtime.ts";
import type { Instance } from "../signaling/envelope.ts";
import { RecentInstances } from "./recent-instances.ts";

/** One that mistyped the password, or a whole room that is about to change it, is told of once; who forges instances, rarely. */
const TELL_AGAIN_MS = 60_000;
/** As a signaling server admits a thousand to a topic, a room may meet some dozens at once; each is answered by all who are in it. */
const MAX_ANSWERS = 64;
const ANSWERS_MS = 60_000;

/** Those in the room whose words cannot be read, since they have another password or one of the two has none (T8). */
export class Strangers {
  readonly #runtime: Runtime;
  readonly #met = new RecentInstances();
  #toldAt = Number.NEGATIVE_INFINITY;
  #answersSince = Number.NEGATIVE_INFINITY;
  #answers = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Whether it shall hear from this side in return, and whether the user shall: for each stranger once, and for all within limits. */
  meet(instance: Instance): { readonly answer: boolean; readonly tell: boolean } {
    if (this.#met.has(instance)) return { answer: false, tell: false };
    this.#met.add(instance);
    const now = this.#runtime.now();
    if (now - this.#answersSince >= ANSWERS_MS) {
      this.#answersSince = now;
      this.#answers = 0;
    }
    const tell = now - this.#toldAt >= TELL_AGAIN_MS;
    if (tell) this.#toldAt = now;
    return { answer: this.#answers++ < MAX_ANSWERS, tell };
  }
}
