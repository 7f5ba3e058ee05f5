import { bytesToHex, type NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { TransportEvents, TransportIdentity } from "../../ports/transport.ts";
import { jittered } from "../signaling/backoff.ts";
import { INSTANCE_BYTES, type Announcement, type Envelope, type Instance } from "../signaling/envelope.ts";
import type { Signaling, SignalingChannel } from "../signaling/signaling.ts";
import { PeerConnection } from "./connection.ts";
import type { FrameChannel, FrameChannelEvents } from "./peer-channel.ts";
import { RecentInstances } from "./recent-instances.ts";
import { RemotePeer, type RemotePeerHost } from "./remote-peer.ts";
import { Strangers } from "./strangers.ts";

export interface MeshOptions {
  readonly self: TransportIdentity;
  readonly events: TransportEvents;
  readonly runtime: Runtime;
  readonly signaling: readonly Signaling[];
  readonly openChannel: (initiator: boolean, events: FrameChannelEvents) => FrameChannel;
  /** Whether the page can open no more RTCPeerConnections for now. */
  readonly isBudgetSpent: () => boolean;
}

/** Open connections and attempts. Each costs memory, pings and a copy of every live write; browsers falter above some 50. */
const MAX_CONNECTIONS = 50;
/** As many as a signaling server admits to a topic. */
const MAX_KNOWN_PEERS = 1000;
/** What signaling loses, servers and channels alike, is made good by saying it again. */
const ANNOUNCE_INTERVAL_MS = 60_000;

/** One stay in one room: finds the others, and keeps one connection to each of them. */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #instance: Instance;
  readonly #startedAt: number;
  readonly #channels: readonly SignalingChannel[];
  readonly #peers = new Map<NodeId, RemotePeer>();
  readonly #departed = new RecentInstances();
  readonly #twins = new RecentInstances();
  readonly #strangers: Strangers;
  #attempts = 0;
  #cancelTimer: () => void = () => {};
  #left: Promise<void> | undefined;

  constructor(options: MeshOptions) {
    const { runtime, self, events, signaling } = options;
    this.#options = options;
    this.#instance = bytesToHex(runtime.randomBytes(INSTANCE_BYTES)) as Instance;
    this.#startedAt = runtime.now();
    this.#strangers = new Strangers(runtime);
    this.#channels = signaling.map((way, i) =>
      way.open(
        self.room,
        { nodeId: self.nodeId, instance: this.#instance },
        {
          opened: () => this.#announce(this.#channel(i), undefined, true),
          received: (envelope) => this.#received(envelope, this.#channel(i)),
          unreadable: ({ instance }) => this.#metStranger(instance, this.#channel(i)),
          lost: (instance) => {
            for (const peer of this.#peers.values()) peer.lost(instance, this.#channel(i));
          },
          error: (error) => events.error(error),
        },
      ),
    );
    this.#announceAgain();
  }

  /** The page is awake or online again: whatever waits for a timer, or may have ended meanwhile, is looked at now. */
  wake(): void {
    for (const channel of this.#channels) channel.wake();
    for (const peer of this.#peers.values()) peer.wake();
  }

  /**
   * Says goodbye to all, at once, and raises `disconnected` for all. Resolves when the goodbyes are delivered, or had
   * time to be.
   */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    this.#cancelTimer();
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    const connections = peers.map((peer) => peer.end()).filter((connection) => connection !== undefined);
    for (const channel of this.#channels) {
      channel.send({ ...this.#sender(), type: "goodbye", to: undefined });
      channel.close();
    }
    for (const connection of connections) this.#options.events.disconnected(connection, "stopped");
    await Promise.all(connections.map((connection) => connection.gone));
  }

  #channel(index: number): SignalingChannel {
    return this.#channels[index] as SignalingChannel;
  }

  #received(envelope: Envelope, channel: SignalingChannel): void {
    const { self } = this.#options;
    if (envelope.nodeId === self.nodeId) {
      if (envelope.type === "announce") this.#metTwin(envelope, channel);
      return;
    }
    if (this.#departed.has(envelope.instance)) return;
    if (envelope.type === "goodbye") {
      this.#peers.get(envelope.nodeId)?.saidGoodbye(envelope.instance);
      return;
    }
    let peer = this.#peers.get(envelope.nodeId);
    if (peer === undefined) {
      if (this.#peers.size >= MAX_KNOWN_PEERS) return;
      peer = new RemotePeer(envelope.nodeId, self.nodeId < envelope.nodeId, this.#host);
      this.#peers.set(envelope.nodeId, peer);
    }
    if (envelope.type === "announce") peer.announced(envelope, channel);
    else peer.signalled(envelope, channel);
  }

  /** Only an answer to this very instance proves that the other is alive: an announcement may be a late one of this store's last life (C1). */
  #metTwin({ instance, to, ageMs, answer }: Announcement, channel: SignalingChannel): void {
    if (to === undefined) return this.#announce(channel, instance, true);
    if (answer) this.#announce(channel, instance, false);
    if (this.#twins.has(instance)) return;
    this.#twins.add(instance);
    this.#options.events.twin(ageMs);
  }

  /** Who hears this one out of the blue cannot read it either, and so learns the same. */
  #metStranger(instance: Instance, channel: SignalingChannel): void {
    const { answer, tell } = this.#strangers.meet(instance);
    if (answer) this.#announce(channel, instance, false);
    if (!tell) return;
    const message =
      "Somebody in this room has another password, or one of you has none: nothing is exchanged with them. Give both the same `password`, or another room.";
    this.#options.events.error(replicationError("unauthorized", message, { credential: "password" }));
  }

  #announceAgain(): void {
    const { runtime } = this.#options;
    this.#cancelTimer = runtime.setTimer(
      () => {
        this.#announceAgain();
        for (const channel of this.#channels) this.#announce(channel, undefined, false);
      },
      jittered(runtime, ANNOUNCE_INTERVAL_MS),
    );
  }

  #announce(channel: SignalingChannel, to: Instance | undefined, answer: boolean): void {
    channel.send({ ...this.#sender(), type: "announce", to, answer });
  }

  #sender(): Pick<Envelope, "nodeId" | "instance" | "ageMs" | "upMs"> {
    const { self, runtime } = this.#options;
    return {
      nodeId: self.nodeId,
      instance: this.#instance,
      ageMs: Math.max(0, self.ageMs()),
      upMs: Math.max(0, runtime.now() - this.#startedAt),
    };
  }

  get #host(): RemotePeerHost {
    const { runtime, events, openChannel } = this.#options;
    return {
      runtime,
      announce: (channel, to, answer) => this.#announce(channel, to, answer),
      sendSignal: (channel, to, attempt, signal) =>
        channel.send({ ...this.#sender(), type: "signal", to, attempt, signal }),
      nextAttempt: () => ++this.#attempts,
      refusal: () => this.#refusal(),
      connect: (peer, initiator, connectionEvents) =>
        new PeerConnection({
          peer,
          runtime,
          openChannel: (channelEvents) => openChannel(initiator, channelEvents),
          events: connectionEvents,
        }),
      connected: (connection) => events.connected(connection),
      message: (connection, message) => events.message(connection, message),
      disconnected: (connection, reason) => events.disconnected(connection, reason),
      error: (error) => events.error(error),
      departed: (instance) => this.#departed.add(instance),
      forget: (peer) => {
        this.#peers.delete(peer.nodeId);
        const connection = peer.end();
        if (connection !== undefined) events.disconnected(connection, "the peer left the room");
      },
    };
  }

  #refusal(): string | undefined {
    let connections = 0;
    for (const peer of this.#peers.values()) connections += peer.connections;
    if (connections >= MAX_CONNECTIONS) return `this replica has its ${MAX_CONNECTIONS} connections`;
    if (this.#options.isBudgetSpent()) return "the browser has yet to free closed connections; reloading the page does";
    return undefined;
  }
}
