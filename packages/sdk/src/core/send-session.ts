import { CausalContext } from "./causal-context.ts";
import { dotKey } from "./dot.ts";
import type { IndexedVersion } from "./durable-state.ts";
import type { Environment } from "./environment.ts";
import { pack } from "./packing.ts";
import type { Peer } from "./peer.ts";
import type { Pull } from "./messages.ts";
import type { StoredVersion } from "./version.ts";
import { versionKey } from "./store-layout.ts";

/**
 * Float bytes that a batch aims at. Decoding and storing one is a task of the receiving page's, and the first runs in cold code: 300
 * entries of 384 floats took up to 50 ms (P6), these 100 take a third of that, and still cost far more than their transaction.
 */
export const BATCH_BYTES: number = 160 * 1024;
/** What a version costs beside its vector, for estimates: id, dot, context, a small metadata object. */
const ESTIMATED_OVERHEAD_BYTES = 200;
/** Vector length assumed where the room does not fix one: that of common small embedding models. */
const ASSUMED_DIMENSIONS = 384;
/** Batches under way without an acknowledgement: 2 MiB keep the channel busy while the receiver commits, and bound what it buffers. */
export const MAX_UNACKNOWLEDGED_BATCHES = 12;

/**
 * The sending side of a session (S2 to S5).
 *
 * Invariant: `#joinable` was taken at the same moment as the list of ids. It is sent only after every dot that it covers and
 * the receiver lacked has been sent, as the current siblings of its id, and the receiver has made every batch durable.
 */
export class SendSession {
  readonly session: number;
  readonly peer: Peer;
  readonly #env: Environment;
  readonly #theirs: CausalContext;
  #joinable: CausalContext;
  readonly #missed = new Set<string>();
  readonly #ids: string[];
  #next = 0;
  /** Read and packed, and waiting for the window. */
  #packed: StoredVersion[][] = [];
  #loading = false;
  #sentBatches = 0;
  #acknowledged = 0;
  #ended = false;

  /** @param underWay dots that have been pushed on this connection lately and need not be sent again. */
  constructor(env: Environment, peer: Peer, pull: Pull, underWay: CausalContext) {
    this.#env = env;
    this.peer = peer;
    this.session = pull.session;
    this.#theirs = pull.context;
    const snapshot = env.state.context.inBuckets(pull.buckets);
    const ids = new Set<string>();
    let complete =
      env.state.context.coversAll(pull.horizon) && pull.context.coversAll(env.state.horizon.inBuckets(pull.buckets));
    if (complete) {
      for (const [dot, id] of env.state.heldAmong(snapshot.difference(pull.context))) {
        if (underWay.covers(dot)) complete = false;
        else ids.add(id);
      }
    }
    this.#ids = [...ids];
    this.#joinable = complete ? snapshot : CausalContext.EMPTY;
  }

  get isOver(): boolean {
    return this.#ended;
  }

  acknowledge(): void {
    if (this.#acknowledged < this.#sentBatches) this.#acknowledged++;
    this.advance();
  }

  /** Does whatever can be done now: the one step that decides. */
  advance(): void {
    if (this.#ended || this.#loading) return;
    while (this.#packed.length > 0 && this.#unacknowledged < MAX_UNACKNOWLEDGED_BATCHES)
      this.#send(this.#packed.shift()!);
    if (this.#packed.length > 0) return;
    if (this.#next < this.#ids.length) {
      if (this.#unacknowledged < MAX_UNACKNOWLEDGED_BATCHES) this.#loadSome();
    } else if (this.#unacknowledged === 0) {
      this.#ended = true;
      this.#env.emit({
        type: "send",
        link: this.peer.link,
        message: {
          type: "session-end",
          session: this.session,
          context: this.#joinable,
          horizon: this.#env.state.horizon,
        },
      });
    }
  }

  #loadSome(): void {
    const perVersion = 4 * (this.#env.state.replicaSet.dimensions ?? ASSUMED_DIMENSIONS) + ESTIMATED_OVERHEAD_BYTES;
    const count = Math.max(1, Math.min(this.#env.config.batchSize, Math.floor(BATCH_BYTES / perVersion)));
    const ids = this.#ids.slice(this.#next, this.#next + count);
    this.#next += ids.length;
    const lacked = ids.flatMap((id) =>
      this.#env.state.siblings(id).filter((sibling) => !this.#theirs.covers(sibling.dot)),
    );
    this.#loading = true;
    this.#env.load(
      lacked.map((sibling) => versionKey(sibling.dot)),
      (versions) => {
        this.#loading = false;
        const loaded = versions.filter((version) => version !== undefined);
        this.#readAgain(lacked.filter((_, i) => versions[i] === undefined));
        this.#packed = pack(loaded, BATCH_BYTES);
        this.advance();
      },
    );
  }

  /**
   * What was replaced while it was being read is read again, as what replaced it (S3). What is missing twice is damaged here: the
   * session goes on without it and tells no context, since it did not send all that the context covers.
   */
  #readAgain(missing: readonly IndexedVersion[]): void {
    const ids = new Set<string>();
    for (const { id, dot } of missing) {
      if (this.#missed.has(dotKey(dot))) this.#joinable = CausalContext.EMPTY;
      else ids.add(id);
      this.#missed.add(dotKey(dot));
    }
    this.#ids.push(...ids);
  }

  get #unacknowledged(): number {
    return this.#sentBatches - this.#acknowledged;
  }

  #send(versions: readonly StoredVersion[]): void {
    const message = { type: "batch", session: this.session, index: this.#sentBatches, versions } as const;
    this.#env.emit({ type: "send", link: this.peer.link, message });
    this.#sentBatches++;
  }
}
