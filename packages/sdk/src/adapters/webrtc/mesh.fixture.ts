import type { NodeId } from "../../core/node-id.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { DEFAULT_MAX_PEERS, type Connection } from "../../ports/transport.ts";
import { type LineName, type Relay } from "../relay/relay.ts";
import { parseLetter, type Instance, type Letter } from "../signaling/envelope.ts";
import { isRelaySignal, type Signal } from "../signaling/signal.ts";
import { sealedSignaling } from "../signaling/sealed-signaling.ts";
import { deliver, type Signaling, type SignalingEvents } from "../signaling/signaling.ts";
import { SAFE_FRAME_BYTES } from "./framing.ts";
import { Mesh } from "./mesh.ts";
import type { FrameChannel, FrameChannelEvents } from "./frame-channel.ts";

interface Listener {
  readonly room: string;
  readonly instance: Instance;
  readonly events: SignalingEvents;
}

/** As many as a real server names. */
const LISTED = 32;

/** A signaling server, or a BroadcastChannel, in memory. */
export class FakeSignaling implements Signaling {
  readonly #listeners = new Set<Listener>();
  readonly #random: ((below: number) => number) | undefined;
  /** Everything that was sent. */
  readonly log: Letter[] = [];
  down = false;
  /** What it relays, to the nodes that want it. */
  relay: Relay | undefined;
  /** How often anything was brought to anybody. */
  deliveries = 0;

  /** @param random with it, like a server it names some of those who are there, and says who has left */
  constructor(random?: (below: number) => number) {
    this.#random = random;
  }

  open(room: string, self: { instance: Instance }, events: SignalingEvents): ReturnType<Signaling["open"]> {
    const listener = { room, instance: self.instance, events };
    this.#listeners.add(listener);
    const isThere = (): boolean => !this.down && this.#listeners.has(listener);
    queueMicrotask(() => {
      this.#list(listener);
      if (isThere()) events.opened();
    });
    const size = (): number => (this.#random !== undefined && isThere() ? this.#listeners.size : 0);
    return {
      get size() {
        return size();
      },
      refresh: () => queueMicrotask(() => this.#list(listener)),
      relay: this.relay,
      send: (letter) => {
        if (!this.#listeners.has(listener)) return;
        this.log.push(letter);
        this.deliver(letter);
      },
      wake: () => {},
      close: () => this.silence(self.instance),
    };
  }

  #list(listener: Listener): void {
    if (this.#random === undefined || this.down || !this.#listeners.has(listener)) return;
    const others = [...this.#listeners].filter((other) => other !== listener).map(({ instance }) => instance);
    const listed: Instance[] = [];
    while (listed.length < LISTED && others.length > 0) listed.push(...others.splice(this.#random(others.length), 1));
    listener.events.present(listed);
  }

  /** Also for replaying what was sent long ago. */
  deliver(letter: Letter): void {
    if (this.down) return;
    const parsed = parseLetter(structuredClone(letter));
    if (parsed === undefined) throw new Error("a mesh sent what no mesh takes");
    for (const { instance, events } of this.#listeners) {
      if (instance === parsed.instance || (parsed.to !== undefined && parsed.to !== instance)) continue;
      this.deliveries++;
      queueMicrotask(() => deliver(parsed, events));
    }
  }

  /** The way is back: everybody is told, as after a reconnection. */
  restore(): void {
    this.down = false;
    for (const listener of this.#listeners) {
      this.#list(listener);
      listener.events.opened();
    }
  }

  silence(instance: Instance): void {
    for (const listener of this.#listeners) if (listener.instance === instance) this.#listeners.delete(listener);
    if (this.#random === undefined || this.down) return;
    for (const { events } of this.#listeners) queueMicrotask(() => events.lost(instance));
  }
}

/** The data channels of a whole test: two ends find each other by what their offers say. */
export class FakeChannels {
  readonly #offers = new Map<string, FakeChannel>();
  /** What a firewall does: nothing ever opens, but through a relay. */
  blocked = false;
  /** What refusing TURN servers do: attempts end as soon as they have begun. */
  failing = false;
  opened = 0;

  open(initiator: boolean, events: FrameChannelEvents, relayed = false): FakeChannel {
    if (!relayed) this.opened++;
    const channel = new FakeChannel(this, events, relayed);
    if (initiator) {
      const name = `${this.#offers.size}`;
      this.#offers.set(name, channel);
      const offer = signalOf("offer", name, relayed);
      queueMicrotask(() => channel.tell(() => events.signal(offer)));
    }
    if (this.failing && !relayed) queueMicrotask(() => queueMicrotask(() => channel.fail()));
    return channel;
  }

  offerOf(name: string): FakeChannel | undefined {
    return this.#offers.get(name);
  }
}

function signalOf(type: "offer" | "answer", name: string, relayed: boolean): Signal {
  if (!relayed) return { type, sdp: `v=0\r\n${name}` };
  return { type: `relay-${type}`, line: name.padStart(16, "0") as LineName, key: "A".repeat(87) };
}

/** The offer's name, in it and in the answer to it. */
function nameIn(signal: Signal): string {
  if (signal.type === "candidate") return "";
  return isRelaySignal(signal) ? String(Number(signal.line)) : signal.sdp.slice("v=0\r\n".length);
}

export class FakeChannel implements FrameChannel {
  readonly maxFrameBytes: number = SAFE_FRAME_BYTES;
  readonly bufferedAmount: number = 0;
  readonly channelBinding: Uint8Array = new Uint8Array();
  readonly #channels: FakeChannels;
  readonly #events: FrameChannelEvents;
  readonly #relayed: boolean;
  #other: FakeChannel | undefined;
  #done = false;
  /** The machine is gone: nothing comes or goes, and nobody is told. */
  dead = false;

  constructor(channels: FakeChannels, events: FrameChannelEvents, relayed: boolean) {
    this.#channels = channels;
    this.#events = events;
    this.#relayed = relayed;
  }

  tell(event: (events: FrameChannelEvents) => void): void {
    if (!this.#done && !this.dead) event(this.#events);
  }

  signal(signal: Signal): void {
    if (isRelaySignal(signal) !== this.#relayed) throw new Error("a signal for another kind of channel");
    const name = nameIn(signal);
    if (signal.type.endsWith("offer")) {
      this.#other = this.#channels.offerOf(name);
      const answer = signalOf("answer", name, this.#relayed);
      queueMicrotask(() => this.tell(() => this.#events.signal(answer)));
      if (this.#other !== undefined) this.#other.#other = this;
    } else if (signal.type.endsWith("answer") && (this.#relayed || !this.#channels.blocked)) {
      for (const end of [this, this.#other]) queueMicrotask(() => end?.tell((events) => events.open()));
    }
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    const copy = frame.slice();
    if (this.#done || this.dead) return;
    queueMicrotask(() => this.#other?.tell((events) => events.frame(copy)));
  }

  pumpBelow(): void {}

  async path(): Promise<"relay" | undefined> {
    return this.#relayed ? "relay" : undefined;
  }

  destroy(): void {
    if (this.#done) return;
    this.#done = true;
    if (!this.dead) queueMicrotask(() => this.#other?.fail());
  }

  /** Sends what no correct transport would. */
  inject(frame: Uint8Array): void {
    this.#other?.tell((events) => events.frame(frame));
  }

  fail(): void {
    this.tell(() => {
      this.#done = true;
      this.#events.closed("the other side is gone");
    });
  }
}

/** One node of a test's room, and what it was told. */
export class MeshNode {
  readonly nodeId: NodeId;
  readonly mesh: Mesh;
  readonly open: Map<NodeId, Connection> = new Map();
  readonly log: string[] = [];
  readonly channels: FakeChannel[] = [];
  readonly #ways: readonly FakeSignaling[];
  instance: Instance | undefined;

  /**
   * @param password stands for the key that is made of it
   * @param relays whether it goes through a relay where it must
   */
  constructor(
    nodeId: NodeId,
    runtime: Runtime,
    channels: FakeChannels,
    ways: readonly FakeSignaling[],
    password?: CryptoKey,
    relays = true,
  ) {
    this.nodeId = nodeId;
    this.#ways = ways;
    this.mesh = new Mesh({
      self: { room: "room", nodeId, openedAt: runtime.now() },
      runtime,
      signaling: ways
        .map((way): Signaling => ({
          open: (room, self, events) => {
            this.instance = self.instance;
            const channel = way.open(room, self, events);
            return relays ? channel : { ...channel, relay: undefined };
          },
        }))
        .map((way) => (password === undefined ? way : sealedSignaling(way, password, runtime))),
      openChannel: (initiator, events, relayed) => {
        const channel = channels.open(initiator, events, relayed !== undefined);
        this.channels.push(channel);
        return channel;
      },
      maxPeers: DEFAULT_MAX_PEERS,
      isBudgetSpent: () => false,
      events: {
        connected: (connection) => {
          if (this.open.has(connection.peer)) this.log.push("fault: connected twice");
          this.open.set(connection.peer, connection);
          this.log.push("connected");
        },
        message: (_connection, message) => this.log.push(`message ${message.join()}`),
        disconnected: (connection, reason) => {
          if (this.open.get(connection.peer) !== connection) this.log.push("fault: disconnected what was not open");
          this.open.delete(connection.peer);
          this.log.push(`disconnected: ${reason}`);
        },
        twin: (openedAt) => this.log.push(`twin ${openedAt}`),
        error: (error) => this.log.push(`error: ${error.message}`),
      },
    });
  }

  /** The machine vanishes: no goodbye, no closed channel. */
  crash(): void {
    for (const channel of this.channels) channel.dead = true;
    for (const way of this.#ways) if (this.instance !== undefined) way.silence(this.instance);
    void this.mesh.leave();
  }
}
