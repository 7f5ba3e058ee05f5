import type { ConnectionPath } from "../../core/connection-path.ts";
import type { NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { MAX_MESSAGE_BYTES, type Connection, type Priority } from "../../ports/transport.ts";
import type { Signal } from "../signaling/signal.ts";
import {
  decodeFrame,
  encodeGoodbye,
  encodeHello,
  encodePing,
  FRAME,
  FRAMING_VERSION,
  InvalidFrame,
  type Frame,
} from "./framing.ts";
import { Liveness } from "./liveness.ts";
import type { FrameChannel, FrameChannelEvents } from "./frame-channel.ts";
import { Reassembly } from "./reassembly.ts";
import { SendQueue } from "./send-queue.ts";

export interface PeerConnectionOptions {
  readonly peer: NodeId;
  readonly runtime: Runtime;
  readonly openChannel: (events: FrameChannelEvents) => FrameChannel;
  readonly events: PeerConnectionEvents;
}

export interface PeerConnectionEvents {
  /** To be brought to the peer by signaling. */
  signal(signal: Signal): void;
  /** Both sides' ends are open. */
  opened(): void;
  message(message: Uint8Array): void;
  /** Something the user may want to know. What becomes of the connection, `closed` tells. */
  error(error: Error): void;
  /** Once, whether it was ever opened or not. `leaving`: the peer said that it leaves the room. */
  closed(reason: string, leaving: boolean): void;
}

/** Gathering candidates, checking them and the DTLS handshake take some seconds on bad networks; a TURN server is the slow case. */
const CONNECT_TIMEOUT_MS = 20_000;
/** With the answer's time, a peer that vanished without a goodbye is missed after 13 to 16 s, about when ICE notices too. */
const IDLE_MS = 5000;
/** A peer whose page is busy for this long is as good as gone, and dialled again when it is back. */
const ANSWER_MS = 8000;
/**
 * A page that leaves tells signaling and closes its connections within milliseconds. Sending meanwhile is of no use, and where it meets the end
 * node-webrtc's `send` ends the process (https://github.com/node-webrtc/node-webrtc/issues/325).
 */
const LEAVING_MS = 500;
/** How long a goodbye may take; closing at once would overtake it. */
const LINGER_MS = 1000;
/** Beyond this the peer does not keep up and the sender does not heed `queuedBytes`. A full sync of 30 MB fits four times. */
const MAX_QUEUED_BYTES: number = 128 * 1024 * 1024;

/** One attempt to connect to one peer and, if it succeeds, the connection: the protocol above a channel of frames. */
export class PeerConnection implements Connection {
  readonly peer: NodeId;
  /** Resolves when the channel under it has been given up. */
  readonly gone: Promise<void>;
  readonly #runtime: Runtime;
  readonly #events: PeerConnectionEvents;
  readonly #channel: FrameChannel;
  readonly #queue: SendQueue;
  readonly #reassembly = new Reassembly();
  #state: "connecting" | "open" | "closing" | "gone" = "connecting";
  #channelOpen = false;
  #greeted = false;
  #liveness: Liveness | undefined;
  #saidToLeave = false;
  #cancelTimer: () => void;
  #resolveGone: () => void = () => {};

  constructor({ peer, runtime, openChannel, events }: PeerConnectionOptions) {
    this.peer = peer;
    this.#runtime = runtime;
    this.#events = events;
    this.gone = new Promise((resolve) => (this.#resolveGone = resolve));
    this.#cancelTimer = runtime.setTimer(() => this.#lost("no connection came about in time"), CONNECT_TIMEOUT_MS);
    this.#channel = openChannel({
      signal: (signal) => events.signal(signal),
      open: () => this.#opened(),
      frame: (bytes) => this.#received(bytes),
      drained: () => this.#queue.pump(),
      closed: (reason) => this.#lost(reason),
    });
    this.#queue = new SendQueue(this.#channel, () => runtime.now());
  }

  get channelBinding(): Uint8Array {
    return this.#channel.channelBinding;
  }

  signal(signal: Signal): void {
    this.#channel.signal(signal);
  }

  send(message: Uint8Array, priority: Priority): void {
    if (message.byteLength > MAX_MESSAGE_BYTES) {
      throw new RangeError(`A message of ${message.byteLength} bytes: split it, ${MAX_MESSAGE_BYTES} is the longest`);
    }
    if (this.#state !== "open") return;
    this.#queue.push(message, priority);
    if (this.#queue.queuedBytes(priority) > MAX_QUEUED_BYTES) this.close("the peer does not keep up");
  }

  queuedBytes(priority: Priority): number {
    return this.#queue.queuedBytes(priority);
  }

  path(): Promise<ConnectionPath | undefined> {
    return this.#channel.path();
  }

  /** Whether the peer is there is found out now, not at the next silence. */
  check(): void {
    this.#liveness?.check();
  }

  /**
   * Somebody else says that the peer leaves; only the peer itself is believed that. It is asked in a moment, if it has not ended the
   * connection by then, and nothing is sent meanwhile: once, so that whoever says it again and again holds nothing up.
   */
  saidToLeave(): void {
    if (this.#state !== "open" || this.#saidToLeave) return;
    this.#saidToLeave = true;
    this.#queue.held = true;
    this.#cancelTimer = this.#runtime.setTimer(() => {
      this.#queue.held = false;
      this.check();
    }, LEAVING_MS);
  }

  /** Nothing has come for longer than a peer that is there leaves between two messages. */
  get isSilent(): boolean {
    return this.#liveness?.isSilent ?? false;
  }

  close(reason: string): void {
    if (this.#sayGoodbye(reason, false)) queueMicrotask(() => this.#events.closed(reason, false));
  }

  /** Tells the peer that this node leaves the room, and ends. The `closed` event is not raised. */
  leave(): void {
    this.#sayGoodbye("the peer left the room", true);
  }

  /** Gives up the channel now, whether or not what was handed to it has left. The `closed` event is not raised. */
  abandon(): void {
    if (this.#state === "gone") return;
    this.#end();
    this.#giveUp();
  }

  #opened(): void {
    this.#channelOpen = true;
    this.#channel.send(encodeHello());
    this.#openWhenBothAre();
  }

  /** An honest peer sends nothing but its hello before it has this side's, so nothing can arrive too early. */
  #openWhenBothAre(): void {
    if (this.#state !== "connecting" || !this.#channelOpen || !this.#greeted) return;
    this.#cancelTimer();
    this.#state = "open";
    this.#liveness = new Liveness({
      runtime: this.#runtime,
      idleMs: IDLE_MS,
      answerMs: ANSWER_MS,
      ask: () => this.#channel.send(encodePing(FRAME.ping)),
      dead: () => this.#lost("the peer does not answer"),
      awake: (now) => {
        if (this.#reassembly.isStalled(now)) this.close("a message was begun and not gone on with");
      },
    });
    this.#events.opened();
  }

  #received(bytes: Uint8Array | undefined): void {
    if (this.#state !== "connecting" && this.#state !== "open") return;
    this.#liveness?.heard();
    let message: Uint8Array | undefined;
    try {
      if (bytes === undefined) throw new InvalidFrame("a frame that is not binary");
      message = this.#take(decodeFrame(bytes));
    } catch (error) {
      if (!(error instanceof InvalidFrame)) throw error;
      return this.#refuse(error.message);
    }
    // Outside the `try`: what the application throws is not the peer's fault.
    if (message !== undefined) this.#events.message(message);
  }

  #refuse(reason: string): void {
    const message = `A peer sent a frame that no replica sends (${reason}); its connection is closed.`;
    this.#events.error(replicationError("invalid-frame", message, { nodeId: this.peer, reason }));
    this.close(`invalid frame: ${reason}`);
  }

  #take(frame: Frame): Uint8Array | undefined {
    switch (frame.kind) {
      case FRAME.hello:
        if (this.#greeted) throw new InvalidFrame("a second hello");
        if (frame.version !== FRAMING_VERSION) {
          throw new InvalidFrame(`framing version ${frame.version}, where this side speaks ${FRAMING_VERSION}`);
        }
        this.#greeted = true;
        this.#openWhenBothAre();
        return undefined;
      case FRAME.goodbye:
        this.#lost(frame.reason, frame.leaving);
        return undefined;
      case FRAME.ping:
      case FRAME.pong:
        if (this.#state !== "open") throw new InvalidFrame("a ping before the greeting");
        if (frame.kind === FRAME.ping) this.#channel.send(encodePing(FRAME.pong));
        return undefined;
      case FRAME.data:
        if (this.#state !== "open") throw new InvalidFrame("data before the greeting");
        return this.#reassembly.add(frame, this.#runtime.now());
    }
  }

  /** Whether it was still to be said. */
  #sayGoodbye(reason: string, leaving: boolean): boolean {
    if (this.#state === "closing" || this.#state === "gone") return false;
    this.#end();
    this.#state = "closing";
    if (!this.#channelOpen) {
      this.#giveUp();
      return true;
    }
    // The peer closes its end when it has read this; that, or the timer, ends the channel.
    this.#cancelTimer = this.#runtime.setTimer(() => this.#giveUp(), LINGER_MS);
    this.#queue.finish();
    this.#channel.send(encodeGoodbye(leaving, reason));
    return true;
  }

  /** The channel is gone, or of no more use. */
  #lost(reason: string, leaving: boolean = false): void {
    if (this.#state === "gone") return;
    const told = this.#state === "closing";
    this.#end();
    this.#giveUp();
    if (!told) this.#events.closed(reason, leaving);
  }

  #end(): void {
    this.#cancelTimer();
    this.#liveness?.stop();
    this.#reassembly.clear();
  }

  #giveUp(): void {
    this.#state = "gone";
    this.#cancelTimer();
    this.#queue.clear();
    this.#channel.destroy();
    this.#resolveGone();
  }
}
