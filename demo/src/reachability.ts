import { Topic } from "./topic.ts";

/** `alone`: no other tab is here, and the server that would bring some does not answer. */
export type ReachabilityState = "reachable" | "no-network" | "alone";

export interface ReachabilitySources {
  /** Whether the browser has a network, as it says. */
  readonly hasNetwork: () => boolean;
  /** Whether any other tab is here. */
  readonly hasOthers: () => boolean;
  /** Whether a signaling server answers. Without one there is nothing to miss. */
  readonly signalingAnswers: () => Promise<boolean>;
}

/** Whether others can be reached, found out by itself: the browser says when it has no network, the rest is asked while nobody is here. */
export class Reachability {
  readonly changed = new Topic<ReachabilityState>();
  readonly #sources: ReachabilitySources;
  #state: ReachabilityState = "reachable";

  constructor(sources: ReachabilitySources) {
    this.#sources = sources;
  }

  get state(): ReachabilityState {
    return this.#state;
  }

  /** Finds out anew. What has changed while a server was being asked counts. */
  async look(): Promise<void> {
    const { hasNetwork, hasOthers, signalingAnswers } = this.#sources;
    if (!hasNetwork()) return this.#set("no-network");
    if (hasOthers()) return this.#set("reachable");
    const answers = await signalingAnswers();
    if (!hasNetwork()) this.#set("no-network");
    else this.#set(answers || hasOthers() ? "reachable" : "alone");
  }

  #set(state: ReachabilityState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.changed.publish(state);
  }
}

/** Whether anything at all answers at a signaling server's address, by plain HTTP. */
export async function answers(signaling: string): Promise<boolean> {
  const address = new URL(signaling);
  address.protocol = address.protocol === "wss:" ? "https:" : "http:";
  try {
    await fetch(address, { mode: "no-cors", cache: "no-store", credentials: "omit" });
    return true;
  } catch {
    // That is the answer: there is none.
    return false;
  }
}
