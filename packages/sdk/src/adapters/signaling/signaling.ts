import type { Relay } from "../relay/relay.ts";
import type { Envelope, Instance, Letter } from "./envelope.ts";

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
  /** A random few of those who are there: before `opened`, and in answer to `refresh`. What they are sent arrives, as far as is known. */
  present(instances: readonly Instance[]): void;
  /** Somebody else's, to all or to this instance. */
  received(envelope: Envelope): void;
  /** Somebody else's, to all or to this instance, who has another password than this side, or of the two only one has any. */
  unreadable(letter: Letter): void;
  /** That instance is no longer reached this way. */
  lost(instance: Instance): void;
  error(error: Error): void;
}

/** Hands a letter that has come to whom it concerns, unread where it is sealed. */
export function deliver(letter: Letter, events: SignalingEvents): void {
  if (letter.type === "sealed") events.unreadable(letter);
  else events.received(letter);
}

export interface SignalingChannel {
  /** How many are there, this instance and whoever else listens included; 0 where nobody counts, or while the way is closed. */
  readonly size: number;
  /** Asks who is there. `present` tells, where anybody knows. */
  refresh(): void;
  /** Where this way may pass on more than letters. */
  readonly relay?: Relay | undefined;
  /** To the instance in `to`, or to all. Lost while the way is closed: whoever reopens it announces itself anew. */
  send(letter: Letter): void;
  /** The page is awake or online again: whatever waits for a timer happens now. */
  wake(): void;
  /** Sends what was handed over and ends. No event is raised afterwards. */
  close(): void;
}
