import type { Batch, SessionEnd, SessionOutcome } from "./messages.ts";
import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { MAX_UNACKNOWLEDGED_BATCHES } from "./batch-sender.ts";
import type { Peer } from "./peer.ts";

/**
 * The receiving side of a session (S4, S5).
 *
 * Invariant: each batch is committed together with exactly its versions' dots. The snapshot context is joined only after all
 * batches, in a transaction that finds the sender's horizon covered, and this replica's context no smaller than when it asked; a session
 * that breaks joins nothing and needs no undoing.
 */
export class ReceiveSession {
  readonly session: number;
  readonly peer: Peer;
  /** Versions that were new here. */
  gained = 0;
  lastHeardAt: number;
  /** Batches received and not stored yet. */
  #waiting = 0;
  /** What the sender was told that this replica has stands as long as no reset has taken any of it (S1). */
  readonly #resets: number;
  readonly #env: Environment;
  readonly #done: (outcome: SessionOutcome | Error) => void;

  constructor(env: Environment, peer: Peer, session: number, done: (outcome: SessionOutcome | Error) => void) {
    this.#env = env;
    this.peer = peer;
    this.session = session;
    this.lastHeardAt = env.now();
    this.#resets = env.state.resets;
    this.#done = done;
  }

  /** Why no correct sender sends another batch now, or `undefined`. Else a peer could fill this replica's memory. */
  get fault(): string | undefined {
    return this.#waiting >= MAX_UNACKNOWLEDGED_BATCHES
      ? "more unacknowledged batches than a session may have"
      : undefined;
  }

  receive(batch: Batch, noteDraft: (draft: Draft) => void): void {
    this.lastHeardAt = this.#env.now();
    this.#waiting++;
    let fresh = 0;
    this.#env.queue.push({
      size: batch.versions.length,
      stage: (draft) => {
        fresh = 0;
        for (const version of batch.versions) if (draft.receive(version) === "new") fresh++;
        noteDraft(draft);
        return false;
      },
      settle: () => {
        this.#waiting--;
        this.gained += fresh;
        this.#env.emit({
          type: "send",
          link: this.peer.link,
          message: { type: "batch-ack", session: this.session, index: batch.index },
        });
      },
      fail: (error) => this.#done(error),
    });
  }

  end(end: SessionEnd): void {
    let { outcome } = end;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        // Looked at in the transaction itself: another session may have grown what is covered, and a reset may have shrunk it.
        outcome = end.outcome;
        if (outcome === "beyond-horizon") return false;
        if (draft.resets !== this.#resets) outcome = "incomplete";
        if (!draft.coversAll(end.horizon)) outcome = "beyond-horizon";
        else if (outcome === "complete") draft.joinContext(end.context, end.horizon);
        return false;
      },
      settle: () => this.#done(outcome),
      fail: (error) => this.#done(error),
    });
  }
}
