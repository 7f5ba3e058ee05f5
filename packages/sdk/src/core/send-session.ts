import type { Pull, SessionOutcome } from "./messages.ts";
import { BatchSender } from "./batch-sender.ts";
import { CausalContext } from "./causal-context.ts";
import type { Environment } from "./environment.ts";
import { HeldWalk } from "./held-walk.ts";
import type { Peer } from "./peer.ts";
import { tellHorizon } from "./horizon-news.ts";

/**
 * The sending side of a session (S2 to S5).
 *
 * Invariant: the snapshot was taken at the same moment as the list that the walk goes through, both being references to what never changes;
 * so what was replaced before the walk came to it is found all the same, and sent as what replaced it. The snapshot is sent only after every dot that it covers and
 * the receiver lacked has been sent, as the current siblings of its id, and the receiver has made every batch durable; and never when
 * this replica's context has been reset meanwhile (S1), since what was taken out could not be sent.
 */
export class SendSession {
  readonly session: number;
  readonly peer: Peer;
  readonly #env: Environment;
  readonly #snapshot: CausalContext;
  readonly #resets: number;
  readonly #batches: BatchSender;
  #outcome: SessionOutcome;

  /** @param pull with the whole horizon of the peer; @param underWay dots that have been pushed on this connection lately and need not be sent again. */
  constructor(env: Environment, peer: Peer, pull: Pull, underWay: CausalContext) {
    this.#env = env;
    this.peer = peer;
    this.session = pull.session;
    this.#resets = env.state.resets;
    this.#snapshot = env.state.context.inBuckets(pull.buckets);
    const within =
      env.state.context.coversAll(pull.horizon) && pull.context.coversAll(env.state.horizon.inBuckets(pull.buckets));
    this.#outcome = within ? "complete" : "beyond-horizon";
    const lacked = within ? this.#snapshot.difference(pull.context) : CausalContext.EMPTY;
    this.#batches = new BatchSender(env, pull.context, new HeldWalk(env.state.held, lacked), {
      leavesOut: (dot) => {
        if (!underWay.covers(dot)) return false;
        this.#outcome = "incomplete";
        return true;
      },
      send: (index, versions) =>
        env.emit({ type: "send", link: peer.link, message: { type: "batch", session: this.session, index, versions } }),
      done: (complete) => this.#end(complete),
    });
  }

  get isOver(): boolean {
    return this.#batches.isOver;
  }

  acknowledge(): void {
    this.#batches.acknowledge();
  }

  advance(): void {
    this.#batches.advance();
  }

  #end(complete: boolean): void {
    if ((!complete || this.#env.state.resets !== this.#resets) && this.#outcome === "complete")
      this.#outcome = "incomplete";
    const context = this.#outcome === "complete" ? this.#snapshot : CausalContext.EMPTY;
    this.#env.emit({
      type: "send",
      link: this.peer.link,
      message: {
        type: "session-end",
        session: this.session,
        outcome: this.#outcome,
        context,
        ...tellHorizon(this.peer, this.#env.state),
      },
    });
  }
}
