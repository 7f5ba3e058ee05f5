import type { Envelope, Instance } from "./envelope.ts";

/** One way of finding peers: a signaling server, or a BroadcastChannel. Nothing it brings is trusted. */
export interface Signaling {
  /** Begins, and keeps trying until `close`. */
  open(room: string, self: SignalingSelf, events: SignalingEvents): SignalingChannel;
}

export interface SignalingSelf {
  readonly nodeId: string;
  readonly instance: Instance;
}

export interface SignalingEvents {
  /** What is sent from now on may arrive: time to announce oneself. Again after every reconnection. */
  opened(): void;
  /** Somebody else's, to all or to this instance. */
  received(envelope: Envelope): void;
  /** That instance is no longer reached this way. */
  lost(instance: Instance): void;
  error(error: Error): void;
}

export interface SignalingChannel {
  /** To the instance in `to`, or to all. Lost while the way is closed: whoever reopens it announces itself anew. */
  send(envelope: Envelope): void;
  /** The page is awake or online again: whatever waits for a timer happens now. */
  wake(): void;
  /** Sends what was handed over and ends. No event is raised afterwards. */
  close(): void;
}
