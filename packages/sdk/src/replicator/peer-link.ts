import type { Connection, Priority } from "../ports/transport.ts";
import { encodeMessage } from "../core/codec/frames.ts";
import type { LinkId } from "../core/peer.ts";
import type { Message } from "../core/messages.ts";
import { questionOf } from "../core/live-push.ts";
import type { Throttle } from "./throttle.ts";
import type { Traffic } from "./traffic.ts";

/**
 * Live writes queued for one peer. Beyond this its line is slower than the writing, and the writes are left to a session, which
 * sends each id's newest state once and waits for the peer. 4 MiB are 2,700 entries of 384 floats.
 */
export const LIVE_QUEUE_BYTES: number = 4 * 1024 * 1024;

/** Of live writes and ephemeral messages together: while more wait, ephemeral ones are dropped (T12). Twenty milliseconds of a good line. */
export const EPHEMERAL_YIELDS_AT_BYTES: number = 256 * 1024;

/**
 * What waits for one peer, of all classes. Sessions have a window, live writes a queue that is bounded, and contexts and records are rarely
 * over a megabyte: only a peer that asks and asks, and reads no answer, gets here, and is let go before it fills this replica's memory.
 */
export const MAX_QUEUED_BYTES: number = 32 * 1024 * 1024;

const PRIORITIES: readonly Priority[] = ["control", "live", "bulk"];

/** One connection as the replica uses it: messages out, in their class, at the room's rate. */
export class PeerLink {
  readonly id: LinkId;
  readonly connection: Connection;
  readonly #throttle: Throttle;
  readonly #traffic: Traffic;
  readonly #compress: boolean;
  #throttledBytes = 0;
  #throttledLiveBytes = 0;
  #closed = false;

  constructor(
    id: LinkId,
    connection: Connection,
    options: { throttle: Throttle; traffic: Traffic; compress: boolean },
  ) {
    this.id = id;
    this.connection = connection;
    this.#throttle = options.throttle;
    this.#traffic = options.traffic;
    this.#compress = options.compress;
  }

  send(message: Message): void {
    if (this.#closed) return;
    if (this.queuedBytes > MAX_QUEUED_BYTES) {
      this.close("it asks for more than it reads");
      return;
    }
    const liveBytes = this.connection.queuedBytes("live") + this.#throttledLiveBytes;
    if (message.type === "ephemeral" && liveBytes > EPHEMERAL_YIELDS_AT_BYTES) return;
    if (message.type === "push" && liveBytes > LIVE_QUEUE_BYTES) {
      const question = questionOf(message);
      if (question !== undefined) this.send(question);
      return;
    }
    const frame = encodeMessage(message, { compress: this.#compress });
    const priority = priorityOf(message);
    const leave = (): void => {
      if (this.#closed) return;
      this.#traffic.sentBytes += frame.bytes.length;
      this.#traffic.savedBytes += frame.savedBytes;
      if (message.type === "ack") this.#traffic.sentAcks++;
      this.connection.send(frame.bytes, priority);
    };
    if (priority === "control") {
      leave();
      return;
    }
    const live = priority === "live" ? frame.bytes.length : 0;
    this.#throttledLiveBytes += live;
    this.#throttledBytes += frame.bytes.length;
    this.#throttle.pass(frame.bytes.length, () => {
      this.#throttledLiveBytes -= live;
      this.#throttledBytes -= frame.bytes.length;
      leave();
    });
  }

  /** What waits here and in the connection, in all classes. */
  get queuedBytes(): number {
    return PRIORITIES.reduce((sum, priority) => sum + this.connection.queuedBytes(priority), this.#throttledBytes);
  }

  close(reason: string): void {
    this.#closed = true;
    this.connection.close(reason);
  }

  /** The connection is gone: what the throttle still holds for it does not leave. */
  closed(): void {
    this.#closed = true;
  }
}

const LIVE: ReadonlySet<Message["type"]> = new Set(["push", "digest", "read-reply", "ephemeral"]);

/** T3. A digest goes with the live writes, so that it does not overtake those that it tells of. */
function priorityOf(message: Message): Priority {
  if (message.type === "routed-answer") return priorityOf(message.body);
  if (LIVE.has(message.type)) return "live";
  return message.type === "batch" ? "bulk" : "control";
}
