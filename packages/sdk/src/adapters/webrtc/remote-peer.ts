import { UNAUTHORIZED } from "../../core/handshake.ts";
import type { NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { RelayWay } from "../relay/relay.ts";
import { Backoff, jittered } from "../signaling/backoff.ts";
import type { Announcement, Envelope, Instance, SignalEnvelope } from "../signaling/envelope.ts";
import type { Signal } from "../signaling/signal.ts";
import type { SignalingChannel } from "../signaling/signaling.ts";
import type { PeerConnection, PeerConnectionEvents } from "./connection.ts";

/** What a RemotePeer needs of the mesh that it belongs to. */
export interface RemotePeerHost {
  readonly runtime: Runtime;
  announce(channel: SignalingChannel, to: Instance, say: Pick<Announcement, "answer" | "free">): void;
  sendSignal(channel: SignalingChannel, to: Instance, attempt: number, signal: Signal): void;
  /** Counts all attempts of this instance. */
  nextAttempt(): number;
  /** Whether a connection to this peer is sought. */
  wants(peer: RemotePeer): boolean;
  /** Whether this peer is given a connection if it asks for one. */
  accepts(peer: RemotePeer): boolean;
  /** Why no further connection may be opened now; undefined if one may. */
  refusal(): string | undefined;
  /** @param way through a relay; left out: directly */
  connect(peer: NodeId, initiator: boolean, events: PeerConnectionEvents, way: RelayWay | undefined): PeerConnection;
  connected(connection: PeerConnection): void;
  message(connection: PeerConnection, message: Uint8Array): void;
  disconnected(connection: PeerConnection, reason: string, byChoice: boolean): void;
  error(error: Error): void;
  /** That instance has said goodbye, and never returns. */
  departed(instance: Instance): void;
  /** Nobody is there. */
  forget(peer: RemotePeer): void;
}

/** Both sides stay in the room, and neither calls the other back (T7). */
const LET_GO = "let go: enough others are connected";

/** Soon after a hiccup, then rarely: a live peer behind a firewall costs an RTCPeerConnection at each try (T6). */
const RETRY: { firstMs: number; capMs: number } = { firstMs: 1000, capMs: 120_000 };
/** A connection that lasted so long was a success: after its end the backoff starts anew. */
const STABLE_MS = 30_000;
/** How often a peer that is not heard from is called: some four minutes. It announces itself when it returns. */
const MAX_CALLS = 8;
/** One or two attempts fail, and calls are not heard, by bad luck. */
const UNREACHABLE_AFTER_FAILURES = 3;
/** A peer that is reached through a relay may have got a better network, or a TURN server; each look costs an RTCPeerConnection (T6). */
const DIRECT_AGAIN: { firstMs: number; capMs: number } = { firstMs: 60_000, capMs: 15 * 60_000 };

interface Attempt {
  /** The initiating instance's count of its attempts; stale signals carry another (T1). */
  readonly number: number;
  readonly connection: PeerConnection;
  /** Through a relay (T11). */
  readonly relayed: boolean;
}

/**
 * One other node: whether it is connected, being dialled, waited for or called. Of two nodes the one with the lower
 * NodeId initiates, so no two attempts ever cross.
 */
export class RemotePeer {
  readonly nodeId: NodeId;
  readonly #initiator: boolean;
  readonly #host: RemotePeerHost;
  readonly #backoff: Backoff;
  /** The newest life of this node that was heard from. */
  #instance: Instance | undefined;
  #startedAt = 0;
  readonly #channels = new Set<SignalingChannel>();
  #attempt: Attempt | undefined;
  #lastAttempt = 0;
  #connection: PeerConnection | undefined;
  #connectedInstance: Instance | undefined;
  #connectedAt = 0;
  #relayed = false;
  /** The next attempt goes through a relay, if there is one. */
  #relayNext = false;
  readonly #directAgain: Backoff;
  /** Runs between a failure and the next try. */
  #cancelRetry: (() => void) | undefined;
  /** Whether it was heard from since the failure. */
  #alive = false;
  #calls = 0;
  #toldUnreachable = false;

  constructor(nodeId: NodeId, initiator: boolean, host: RemotePeerHost) {
    this.nodeId = nodeId;
    this.#initiator = initiator;
    this.#host = host;
    this.#backoff = new Backoff(host.runtime, RETRY);
    this.#directAgain = new Backoff(host.runtime, DIRECT_AGAIN);
  }

  get instance(): Instance | undefined {
    return this.#instance;
  }

  get isAttempting(): boolean {
    return this.#attempt !== undefined;
  }

  get connection(): PeerConnection | undefined {
    return this.#connection;
  }

  /** Open connections and attempts. */
  get connections(): number {
    return (this.#connection === undefined ? 0 : 1) + (this.#attempt === undefined ? 0 : 1);
  }

  announced(envelope: Announcement, channel: SignalingChannel): void {
    if (!this.#heard(envelope, channel)) return;
    const { instance, to, answer } = envelope;
    const free = envelope.free ? this.#host.accepts(this) : this.#host.wants(this);
    if (answer) this.#host.announce(channel, instance, { answer: false, free });
    if (this.#isConnected) {
      // It may be calling because its end is gone: for certain where nothing has come over this one either, e.g. while this side slept.
      const calls = answer && to !== undefined;
      if (!calls || !this.#connection?.isSilent) this.#connection?.check();
      else if (this.#initiator && this.#attempt === undefined) this.#begin(this.#host.nextAttempt(), channel);
    } else if (this.#attempt === undefined && free) {
      if (!envelope.free) {
        // A word to all is no answer to a question of this side's, which would be asked again and again.
        if (to === undefined) this.#host.announce(channel, instance, { answer: true, free });
      } else if (!this.#initiator) {
        if (!answer) this.#host.announce(channel, instance, { answer: false, free });
      } else if (this.#cancelRetry === undefined || this.#calls > 0) this.#dial(channel);
      else this.#alive = true;
    }
    this.#calls = 0;
  }

  /** It is alive, and that is all for now. */
  noted(envelope: Announcement, channel: SignalingChannel): void {
    this.#heard(envelope, channel);
  }

  /** By which way to ask it for a connection, where there is none and none is being tried for. */
  get way(): SignalingChannel | undefined {
    const [channel] = this.#channels;
    return this.connections > 0 || this.#cancelRetry !== undefined ? undefined : channel;
  }

  /** Ends the connection, for others' sake. */
  letGo(): void {
    this.#connection?.close(LET_GO);
  }

  signalled({ attempt, signal, ...sender }: SignalEnvelope, channel: SignalingChannel): void {
    if (!this.#heard({ attempt, signal, ...sender }, channel)) return;
    if (signal.type === "offer" || signal.type === "relay-offer") {
      const { relay } = channel;
      const way = signal.type === "relay-offer" && relay ? { relay, to: sender.instance } : undefined;
      if (way === undefined && signal.type !== "offer") return;
      if (this.#initiator || attempt <= this.#lastAttempt || !this.#host.accepts(this)) return;
      this.#begin(attempt, channel, way);
    }
    if (this.#attempt?.number !== attempt || (signal.type === "answer" && !this.#initiator)) return;
    this.#attempt.connection.signal(signal);
  }

  /** That way leads there no more. */
  lost(instance: Instance, channel: SignalingChannel): void {
    if (instance !== this.#instance) return;
    this.#channels.delete(channel);
    if (this.#channels.size === 0 && this.connections === 0) this.#host.forget(this);
  }

  /** Signaling says that it has left. Of a connection only the connection itself is believed that. */
  saidGoodbye(instance: Instance): void {
    if (this.#connection !== undefined && this.#connectedInstance === instance) return this.#connection.saidToLeave();
    this.#host.departed(instance);
    if (instance === this.#instance) this.#host.forget(this);
  }

  /** This page is awake or online again. */
  wake(): void {
    if (this.#isConnected) this.#connection?.check();
    else if (this.#cancelRetry !== undefined) this.#retry();
  }

  /**
   * A way of signaling is open, perhaps again: who could not be reached may have lost it at the same time, so it is called at once rather
   * than when its turn comes (T5). Not dialled: it may not be back yet.
   */
  callAtOnce(): void {
    if (this.#isConnected || this.#cancelRetry === undefined) return;
    this.#alive = false;
    this.#retry();
  }

  /** Gives up any attempt and timer, and the connection without an event. */
  end(): PeerConnection | undefined {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#abandonAttempt();
    this.#stopRetrying();
    connection?.leave();
    return connection;
  }

  get #isConnected(): boolean {
    return this.#connection !== undefined && this.#connectedInstance === this.#instance;
  }

  /** Notes a sign of life. False if it is of an older life than the one known. */
  #heard({ instance, upMs }: Envelope, channel: SignalingChannel): boolean {
    const startedAt = this.#host.runtime.now() - upMs;
    if (instance !== this.#instance) {
      if (this.connections > 0 && startedAt < this.#startedAt) return false;
      this.#instance = instance;
      this.#startedAt = startedAt;
      this.#lastAttempt = 0;
      this.#channels.clear();
      this.#abandonAttempt();
      this.#stopRetrying();
      this.#startAnew();
      this.#relayNext = false;
      // Most likely its end of the old connection is gone.
      this.#connection?.check();
    }
    this.#channels.add(channel);
    return true;
  }

  /** How this peer can be reached through a relay now. */
  get #relaying(): { readonly channel: SignalingChannel; readonly way: RelayWay } | undefined {
    const to = this.#instance;
    for (const channel of this.#channels) {
      const { relay } = channel;
      if (to !== undefined && relay?.reaches(to)) return { channel, way: { relay, to } };
    }
    return undefined;
  }

  /** Directly, or through a relay where it is that one's turn and there is one. */
  #dial(channel: SignalingChannel): void {
    const relaying = this.#relayNext ? this.#relaying : undefined;
    this.#begin(this.#host.nextAttempt(), relaying?.channel ?? channel, relaying?.way);
  }

  #begin(number: number, channel: SignalingChannel, way?: RelayWay): void {
    const instance = this.#instance;
    if (instance === undefined) return;
    this.#lastAttempt = number;
    this.#abandonAttempt();
    const refusal = this.#host.refusal();
    if (refusal !== undefined) return this.#failed(refusal);
    this.#stopRetrying();
    const events: PeerConnectionEvents = {
      signal: (signal) => this.#host.sendSignal(channel, instance, number, signal),
      opened: () => this.#opened(connection, instance),
      message: (message) => {
        if (connection === this.#connection) this.#host.message(connection, message);
      },
      error: (error) => this.#host.error(error),
      closed: (reason, leaving) => this.#closed(connection, reason, leaving),
    };
    const connection = this.#host.connect(this.nodeId, this.#initiator, events, way);
    this.#attempt = { number, connection, relayed: way !== undefined };
  }

  #opened(connection: PeerConnection, instance: Instance): void {
    if (connection !== this.#attempt?.connection) return;
    const older = this.#connection;
    this.#relayed = this.#attempt.relayed;
    this.#attempt = undefined;
    this.#connection = connection;
    this.#connectedInstance = instance;
    this.#connectedAt = this.#host.runtime.now();
    this.#stopRetrying();
    if (older !== undefined) {
      const reason = "replaced by a newer connection";
      older.close(reason);
      this.#host.disconnected(older, reason, false);
    }
    if (this.#relayed) this.#directLater();
    else {
      this.#relayNext = false;
      this.#directAgain.reset();
    }
    this.#host.connected(connection);
  }

  #closed(connection: PeerConnection, reason: string, leaving: boolean): void {
    if (connection === this.#attempt?.connection) {
      const { relayed } = this.#attempt;
      this.#attempt = undefined;
      this.#failed(reason, relayed);
    } else if (connection === this.#connection) {
      this.#connection = undefined;
      this.#stopRetrying();
      if (this.#host.runtime.now() - this.#connectedAt >= STABLE_MS) this.#startAnew();
      // Nor does one that has another password get the right one while it stays.
      const departed = leaving || reason.startsWith(UNAUTHORIZED) ? this.#connectedInstance : undefined;
      if (departed !== undefined) this.#host.departed(departed);
      if (departed !== undefined && departed === this.#instance) this.#host.forget(this);
      else if (this.#attempt === undefined && reason !== LET_GO) this.#retryLater();
      this.#host.disconnected(connection, reason, reason === LET_GO);
    }
  }

  #failed(reason: string, relayed = false): void {
    // A forged offer's attempt, or one to do without the relay: the connection there is does well.
    if (this.#isConnected) return this.#directLater();
    this.#retryLater();
    // Calls count too, so it is not always a failed attempt that makes the number full.
    const { failures } = this.#backoff;
    if (failures < UNREACHABLE_AFTER_FAILURES) return;
    this.#relayNext = !relayed;
    const mayRelay = this.#relaying !== undefined;
    // What failed was another way; and this one costs no RTCPeerConnection (T6).
    if (this.#relayNext && mayRelay) this.#schedule(jittered(this.#host.runtime, RETRY.firstMs));
    // A relay has its turn before.
    if (this.#toldUnreachable || (mayRelay && failures < 2 * UNREACHABLE_AFTER_FAILURES)) return;
    this.#toldUnreachable = true;
    const { nodeId } = this;
    const message = `No connection to replica ${nodeId} comes about (${reason}). Still trying; a TURN server in \`iceServers\` helps where firewalls are in the way.`;
    this.#host.error(replicationError("peer-unreachable", message, { nodeId }));
  }

  /** What failed before says nothing of what comes. */
  #startAnew(): void {
    this.#backoff.reset();
    this.#toldUnreachable = false;
  }

  /** Through a relay only for as long as there is no other way. */
  #directLater(): void {
    if (!this.#initiator || !this.#relayed) return;
    this.#stopRetrying();
    this.#cancelRetry = this.#host.runtime.setTimer(() => {
      this.#cancelRetry = undefined;
      const [channel] = this.#channels;
      if (channel === undefined || !this.#isConnected) this.#directLater();
      else if (this.#attempt === undefined) this.#begin(this.#host.nextAttempt(), channel);
    }, this.#directAgain.nextMs());
  }

  #retryLater(): void {
    this.#alive = false;
    this.#calls = 0;
    this.#schedule();
  }

  #schedule(delayMs: number = this.#backoff.nextMs()): void {
    this.#cancelRetry?.();
    this.#cancelRetry = this.#host.runtime.setTimer(() => this.#retry(), delayMs);
  }

  /** Dials who is known to be alive; calls the others, to hear whether they are (T6). */
  #retry(): void {
    this.#stopRetrying();
    if (!this.#host.wants(this)) return this.#giveUp();
    const ways = [...this.#channels];
    // Another one each time: one of them may lead there only one way.
    const channel = ways[this.#backoff.failures % ways.length];
    if (channel === undefined || this.#instance === undefined || this.#calls >= MAX_CALLS) {
      return this.#giveUp();
    }
    if (this.#initiator && this.#alive) return this.#dial(channel);
    this.#calls++;
    this.#schedule();
    for (const way of ways) this.#host.announce(way, this.#instance, { answer: true, free: true });
  }

  #giveUp(): void {
    // A connection to an earlier life may have yet to notice its end.
    if (this.connections === 0) this.#host.forget(this);
  }

  #stopRetrying(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #abandonAttempt(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.connection.close("a newer attempt took its place");
  }
}
