import { bytesToHex, type NodeId } from "../../core/node-id.ts";
import { replicationError } from "../../core/replication-error.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { TransportEvents, TransportIdentity } from "../../ports/transport.ts";
import type { RelayWay } from "../relay/relay.ts";
import { INSTANCE_BYTES, type Announcement, type Envelope, type Instance } from "../signaling/envelope.ts";
import type { Signaling, SignalingChannel } from "../signaling/signaling.ts";
import { Announcer } from "./announcer.ts";
import { PeerConnection } from "./connection.ts";
import type { FrameChannel, FrameChannelEvents } from "./frame-channel.ts";
import { fraction } from "./fraction.ts";
import { LinkSeeker } from "./link-seeker.ts";
import { PartialView } from "./partial-view.ts";
import { RecentInstances } from "./recent-instances.ts";
import { RemotePeer, type RemotePeerHost } from "./remote-peer.ts";
import { Strangers } from "./strangers.ts";

export interface MeshOptions {
  readonly self: TransportIdentity;
  readonly events: TransportEvents;
  readonly runtime: Runtime;
  readonly signaling: readonly Signaling[];
  readonly maxPeers: number;
  /** @param way through a relay; left out: directly */
  readonly openChannel: (initiator: boolean, events: FrameChannelEvents, way: RelayWay | undefined) => FrameChannel;
  /** Whether the page can open no more RTCPeerConnections for now. */
  readonly isBudgetSpent: () => boolean;
}

/** Open connections and attempts. Each costs memory, pings and a copy of every live write; browsers falter above some 50. */
const MAX_CONNECTIONS = 50;
/** Those without a connection are known to be asked for one; a server names more when asked. */
const MAX_KNOWN_PEERS = 256;

/** One stay in one room: finds the others, and keeps one connection to each of them, or in a large room to some (T7). */
export class Mesh {
  readonly #options: MeshOptions;
  readonly #instance: Instance;
  readonly #startedAt: number;
  readonly #channels: readonly SignalingChannel[];
  readonly #peers = new Map<NodeId, RemotePeer>();
  readonly #departed = new RecentInstances();
  readonly #twins = new RecentInstances();
  readonly #strangers: Strangers;
  readonly #view: PartialView;
  readonly #seeker: LinkSeeker;
  readonly #announcer: Announcer;
  /** Those that signaling has named and that have not been asked for a connection, each with the way to it. */
  readonly #present = new Map<Instance, SignalingChannel>();
  #attempts = 0;
  #left: Promise<void> | undefined;

  constructor(options: MeshOptions) {
    const { runtime, self, events, signaling, maxPeers } = options;
    this.#options = options;
    this.#instance = bytesToHex(runtime.randomBytes(INSTANCE_BYTES)) as Instance;
    this.#startedAt = runtime.now();
    this.#strangers = new Strangers(runtime);
    this.#view = new PartialView({ maxPeers, random: () => fraction(runtime) });
    this.#seeker = new LinkSeeker({
      runtime,
      view: this.#view,
      attempts: () => this.#count((peer) => peer.isAttempting),
      ask: (count) => this.#ask(count),
      refresh: () => {
        for (const channel of this.#channels) channel.refresh();
      },
      call: (missing) => this.#call(missing),
    });
    this.#announcer = new Announcer(runtime, this.#view, () => this.#announceToAll());
    this.#channels = signaling.map((way, i) =>
      way.open(
        self.room,
        { nodeId: self.nodeId, instance: this.#instance },
        {
          opened: () => this.#opened(this.#channel(i)),
          present: (instances) => this.#named(instances, this.#channel(i)),
          received: (envelope) => this.#received(envelope, this.#channel(i)),
          unreadable: ({ instance }) => this.#metStranger(instance, this.#channel(i)),
          lost: (instance) => this.#lost(instance, this.#channel(i)),
          error: (error) => events.error(error),
        },
      ),
    );
  }

  prefer(nodeIds: ReadonlySet<NodeId>): void {
    const { self, runtime } = this.#options;
    const others = new Set(nodeIds);
    others.delete(self.nodeId);
    for (const nodeId of this.#view.prefer(others, runtime.now())) this.#peers.get(nodeId)?.letGo();
    this.#seeker.look();
  }

  /** The page is awake or online again: whatever waits for a timer, or may have ended meanwhile, is looked at now. */
  wake(): void {
    for (const channel of this.#channels) channel.wake();
    for (const peer of this.#peers.values()) peer.wake();
    this.#seeker.look();
  }

  /**
   * Says goodbye to all, at once, and raises `disconnected` for all. Resolves when the goodbyes are delivered, or had
   * time to be.
   */
  leave(): Promise<void> {
    this.#left ??= this.#leave(false);
    return this.#left;
  }

  /** As `leave`, for a page that is being put aside: browsers cache none that has an RTCPeerConnection open when `pagehide` has been told. */
  vanish(): void {
    this.#left ??= this.#leave(true);
  }

  async #leave(atOnce: boolean): Promise<void> {
    this.#announcer.stop();
    this.#seeker.stop();
    const peers = [...this.#peers.values()];
    this.#peers.clear();
    const connections = peers.map((peer) => peer.end()).filter((connection) => connection !== undefined);
    for (const channel of this.#channels) {
      // Of a large room those who are connected hear it from their connection, and the others from the server.
      if (!this.#view.isPartial || channel.size === 0)
        channel.send({ ...this.#sender(), type: "goodbye", to: undefined });
      channel.close();
    }
    if (atOnce) for (const connection of connections) connection.abandon();
    for (const connection of connections) this.#options.events.disconnected(connection, "stopped");
    await Promise.all(connections.map((connection) => connection.gone));
  }

  #channel(index: number): SignalingChannel {
    return this.#channels[index] as SignalingChannel;
  }

  /** In a large room some are asked, and all told when it is this node's turn. */
  #opened(channel: SignalingChannel): void {
    this.#resize();
    if (!this.#view.isPartial) this.#announce(channel, undefined, { answer: true, free: true });
    for (const peer of this.#peers.values()) peer.callAtOnce();
    this.#announcer.opened();
    this.#seeker.reopened();
    this.#seeker.heardOfOthers();
  }

  #named(instances: readonly Instance[], channel: SignalingChannel): void {
    for (const [instance, way] of this.#present) if (way === channel) this.#present.delete(instance);
    for (const instance of instances) this.#present.set(instance, channel);
    this.#resize();
    if (this.#left === undefined) this.#seeker.heardOfOthers();
  }

  #lost(instance: Instance, channel: SignalingChannel): void {
    if (this.#present.get(instance) === channel) this.#present.delete(instance);
    for (const peer of this.#peers.values()) peer.lost(instance, channel);
    this.#resize();
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
      if (this.#peers.size >= MAX_KNOWN_PEERS) this.#forgetOne();
      peer = new RemotePeer(envelope.nodeId, self.nodeId < envelope.nodeId, this.#host);
      this.#peers.set(envelope.nodeId, peer);
    }
    this.#resize();
    if (envelope.type === "signal") peer.signalled(envelope, channel);
    else if (envelope.to !== undefined || this.#view.heeds(envelope.nodeId)) peer.announced(envelope, channel);
    else peer.noted(envelope, channel);
  }

  /** Whoever asks finds a place among those that are known, at the expense of the one known longest. */
  #forgetOne(): void {
    for (const [nodeId, peer] of this.#peers) {
      if (peer.connections > 0) continue;
      peer.end();
      this.#peers.delete(nodeId);
      return;
    }
  }

  #resize(): void {
    const wasPartial = this.#view.isPartial;
    this.#view.roomSize = Math.max(this.#peers.size + 1, ...this.#channels.map(({ size }) => size));
    if (wasPartial !== this.#view.isPartial && this.#left === undefined) this.#seeker.look();
  }

  #ask(count: number): number {
    const now = this.#options.runtime.now();
    const candidates = new Map(this.#view.isPartial ? this.#present : []);
    for (const { nodeId, instance, way } of this.#peers.values()) {
      if (instance === undefined) continue;
      if (way !== undefined && this.#view.accepts(nodeId, now)) candidates.set(instance, way);
      else candidates.delete(instance);
    }
    const chosen = this.#view.choose(candidates, count);
    for (const [instance, channel] of chosen) {
      this.#present.delete(instance);
      this.#announce(channel, instance, { answer: true, free: true });
    }
    return chosen.length;
  }

  /** Those that are not known answer when they hear this node speak to all, if it is preferred by them as well. */
  #call(missing: readonly NodeId[]): void {
    let unknown = 0;
    for (const nodeId of missing) {
      const { instance, way } = this.#peers.get(nodeId) ?? {};
      if (instance !== undefined && way !== undefined) this.#announce(way, instance, { answer: true, free: true });
      else unknown++;
    }
    if (unknown > 0) this.#announceToAll();
  }

  /** Only an answer to this very instance proves that the other is alive: an announcement may be a late one of this store's last life (C1). */
  #metTwin({ instance, to, openedAt, answer }: Announcement, channel: SignalingChannel): void {
    if (to === undefined) return this.#announce(channel, instance, { answer: true, free: false });
    if (answer) this.#announce(channel, instance, { answer: false, free: false });
    if (this.#twins.has(instance)) return;
    this.#twins.add(instance);
    this.#options.events.twin(openedAt);
  }

  /** Who hears this one out of the blue cannot read it either, and so learns the same. */
  #metStranger(instance: Instance, channel: SignalingChannel): void {
    const { answer, tell } = this.#strangers.meet(instance);
    if (answer) this.#announce(channel, instance, { answer: false, free: false });
    if (!tell) return;
    const message =
      "Somebody in this room has another password, or one of you has none: nothing is exchanged with them. Give both the same `password`, or another room.";
    this.#options.events.error(replicationError("unauthorized", message, { credential: "password" }));
  }

  #announceToAll(): void {
    for (const channel of this.#channels)
      this.#announce(channel, undefined, { answer: false, free: !this.#view.isPartial });
  }

  #announce(channel: SignalingChannel, to: Instance | undefined, say: Pick<Announcement, "answer" | "free">): void {
    channel.send({ ...this.#sender(), type: "announce", to, ...say });
  }

  #sender(): Pick<Envelope, "nodeId" | "instance" | "openedAt" | "upMs"> {
    const { self, runtime } = this.#options;
    return {
      nodeId: self.nodeId,
      instance: this.#instance,
      openedAt: self.openedAt,
      upMs: Math.max(0, runtime.now() - this.#startedAt),
    };
  }

  get #host(): RemotePeerHost {
    const { runtime, events, openChannel } = this.#options;
    return {
      runtime,
      announce: (channel, to, say) => this.#announce(channel, to, say),
      wants: ({ nodeId }) => {
        const attempts = this.#count((peer) => peer.isAttempting);
        return this.#view.wants(nodeId, attempts, runtime.now());
      },
      accepts: ({ nodeId }) => this.#view.accepts(nodeId, runtime.now()),
      sendSignal: (channel, to, attempt, signal) =>
        channel.send({ ...this.#sender(), type: "signal", to, attempt, signal }),
      nextAttempt: () => ++this.#attempts,
      refusal: () => this.#refusal(),
      connect: (peer, initiator, connectionEvents, way) =>
        new PeerConnection({
          peer,
          runtime,
          openChannel: (channelEvents) => openChannel(initiator, channelEvents, way),
          events: connectionEvents,
        }),
      connected: (connection) => {
        const loser = this.#view.linked(connection.peer, runtime.now());
        events.connected(connection);
        if (loser !== undefined) this.#peers.get(loser)?.letGo();
        this.#seeker.changed();
      },
      message: (connection, message) => events.message(connection, message),
      disconnected: (connection, reason, byChoice) => this.#disconnected(connection, reason, byChoice),
      error: (error) => events.error(error),
      departed: (instance) => this.#departed.add(instance),
      forget: (peer) => {
        this.#peers.delete(peer.nodeId);
        const connection = peer.end();
        if (connection !== undefined) this.#disconnected(connection, "the peer left the room", false);
        this.#resize();
      },
    };
  }

  #disconnected(connection: PeerConnection, reason: string, byChoice: boolean): void {
    this.#view.unlinked(connection.peer, byChoice, this.#options.runtime.now());
    this.#options.events.disconnected(connection, reason);
    if (this.#left === undefined) this.#seeker.changed();
  }

  #count(condition: (peer: RemotePeer) => boolean): number {
    let count = 0;
    for (const peer of this.#peers.values()) if (condition(peer)) count++;
    return count;
  }

  #refusal(): string | undefined {
    let connections = 0;
    for (const peer of this.#peers.values()) connections += peer.connections;
    if (connections >= MAX_CONNECTIONS) return `this replica has its ${MAX_CONNECTIONS} connections`;
    if (this.#options.isBudgetSpent()) return "the browser has yet to free closed connections; reloading the page does";
    return undefined;
  }
}
