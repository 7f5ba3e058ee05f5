import type { ConnectionPath } from "../../core/connection-path.ts";
import type { Signal } from "../signaling/signal.ts";
import type { FrameSink } from "./send-queue.ts";

/** What moves frames between two peers, for one attempt to connect: a data channel, or a line through a relay. */
export interface FrameChannel extends FrameSink {
  /** The transport port's, once it is open. */
  readonly channelBinding: Uint8Array;
  signal(signal: Signal): void;
  /** As the transport port's. */
  path(): Promise<ConnectionPath | undefined>;
  /** Gives up everything at once. No event is raised afterwards. Idempotent. */
  destroy(): void;
}

export interface FrameChannelEvents {
  /** To be brought to the other side's `signal`. */
  signal(signal: Signal): void;
  open(): void;
  /** What the other side sent; undefined for what is not binary. */
  frame(bytes: Uint8Array | undefined): void;
  /** Few bytes are buffered, as asked by `pumpBelow`. */
  drained(): void;
  /** It could not be opened, or is gone. Nothing is raised afterwards. */
  closed(reason: string): void;
}
