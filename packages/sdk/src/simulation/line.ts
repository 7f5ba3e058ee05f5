import type { Connection, Priority } from "../ports/transport.ts";
import type { Life, VirtualClock } from "./clock.ts";
import type { NodeId } from "../core/node-id.ts";
import type { SeededRandom } from "./random.ts";

/** How fast one connection is. */
export interface LineQuality {
  readonly latencyMs: number;
  /** At most this is added to each message's latency, so that classes overtake each other. */
  readonly jitterMs: number;
  /** Infinity: nothing ever queues. */
  readonly bytesPerMs: number;
  /** At most this is added to the latency of every other message that is not urgent, so that answers come long before writes. */
  readonly lateMs: number;
}

const PRIORITIES: readonly Priority[] = ["control", "live", "bulk"];

/** Where a line ends: a replica's stay in the room. */
export interface Terminal {
  readonly machine: number;
  readonly nodeId: NodeId;
  readonly life: Life;
  readonly isThere: boolean;
  readonly preferred: ReadonlySet<NodeId>;
  /** The line to each peer: at most one that is announced. */
  readonly ends: Map<NodeId, LineEnd>;
  connected(end: LineEnd): void;
  received(connection: Connection, message: Uint8Array): void;
  disconnected(end: LineEnd, reason: string): void;
}

export interface LineWorld {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly quality: LineQuality;
  readonly delivered: (from: number, to: number, bytes: Uint8Array) => void;
  /** An end has learnt that the line is gone. */
  readonly ended: (line: Line) => void;
}

/** One connection between two stations: two ends, and what is under way between them. */
export class Line {
  readonly ends: readonly [LineEnd, LineEnd];
  readonly world: LineWorld;
  /** Nothing that is under way arrives any more. */
  cut = false;
  /** Called when a message has left one of its ends. */
  onDeparture: (() => void) | undefined;

  constructor(a: Terminal, b: Terminal, world: LineWorld) {
    this.world = world;
    const atA = new LineEnd(this, a, b);
    const atB = new LineEnd(this, b, a);
    atA.remote = atB;
    atB.remote = atA;
    this.ends = [atA, atB];
  }

  /** The line dies; each side finds out by itself after a while, by its missing pings. */
  breakOff(reason: string, noticeMs: () => number): void {
    if (this.cut) return;
    this.cut = true;
    for (const end of this.ends) end.lose(reason, noticeMs());
  }
}

export class LineEnd implements Connection {
  readonly peer: NodeId;
  /** No password is tried in simulated time: what proves it is computed in real time. */
  readonly channelBinding: Uint8Array = new Uint8Array();
  readonly line: Line;
  readonly station: Terminal;
  readonly #other: Terminal;
  remote!: LineEnd;
  /** `connected` has been raised and `disconnected` has not. */
  announced = false;
  /** This side sends and hears nothing any more. */
  closed = false;
  /** Nothing arrives here before: the side is not announced, or the direction is stalled. */
  deafUntil = 0;
  readonly #queues: Record<Priority, Uint8Array[]> = { control: [], live: [], bulk: [] };
  readonly #queued: Record<Priority, number> = { control: 0, live: 0, bulk: 0 };
  /** When the last message of each class arrives over there. A class never overtakes a higher one. */
  readonly #lastArrival: Record<Priority, number> = { control: 0, live: 0, bulk: 0 };
  /** Nothing but control messages arrives over there before. */
  starvesUntil = 0;
  /** What is added to each message's latency for now. */
  delayMs = 0;
  /** What the network is taking. */
  #pumping: { readonly message: Uint8Array; readonly priority: Priority } | undefined;
  #blockedUntil = 0;

  constructor(line: Line, station: Terminal, other: Terminal) {
    this.line = line;
    this.station = station;
    this.#other = other;
    this.peer = other.nodeId;
  }

  announce(): void {
    if (this.closed || this.line.cut) return;
    this.announced = true;
    this.station.connected(this);
  }

  send(message: Uint8Array, priority: Priority): void {
    if (this.closed) return;
    const copy = message.slice();
    const isBlocked = this.#pumping !== undefined || this.line.world.clock.now < this.#blockedUntil;
    if (this.line.world.quality.bytesPerMs === Number.POSITIVE_INFINITY && !isBlocked) {
      this.#depart(copy, priority);
      return;
    }
    this.#queues[priority].push(copy);
    this.#queued[priority] += copy.length;
    this.#pump();
  }

  /** Nothing is handed to the network for a while. */
  block(forMs: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.line.world.clock.now + forMs);
  }

  queuedBytes(priority: Priority): number {
    return this.#queued[priority];
  }

  close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    const { clock } = this.line.world;
    // In the order in which they were sent: what the network is taking goes before what waits (seed 33812).
    const taking = this.#pumping;
    if (taking?.priority === "control") {
      this.#pumping = undefined;
      this.#depart(taking.message, "control");
    }
    for (const message of this.#queues.control.splice(0)) this.#depart(message, "control");
    const goodbyeIn = Math.max(this.#lastArrival.control - clock.now, this.line.world.quality.latencyMs);
    clock.schedule(goodbyeIn, () => this.remote.end(reason));
    clock.schedule(0, () => this.#tell(reason), this.station.life);
  }

  /** The other side is gone; this one hears of it in a while. */
  lose(reason: string, noticeMs: number): void {
    this.line.world.clock.schedule(noticeMs, () => this.end(reason), this.station.life);
  }

  /** A newer connection has taken this one's place here; the other side hears of it. */
  giveWay(): void {
    if (this.closed) return;
    const reason = "a newer connection";
    this.line.world.clock.schedule(this.line.world.quality.latencyMs, () => this.remote.end(reason));
    this.end(reason);
  }

  /** This side learns that the connection is over. */
  end(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#tell(reason);
  }

  #tell(reason: string): void {
    if (this.announced) {
      this.announced = false;
      this.station.disconnected(this, reason);
    }
    this.line.world.ended(this.line);
  }

  /** Hands one message after another to the network, the most urgent first, as fast as the line takes them. */
  #pump(): void {
    if (this.#pumping !== undefined || this.closed) return;
    const priority = PRIORITIES.find((each) => this.#queues[each].length > 0);
    if (priority === undefined) return;
    const message = this.#queues[priority].shift()!;
    const taking = { message, priority };
    this.#pumping = taking;
    const waitsMs = Math.max(0, this.#blockedUntil - this.line.world.clock.now);
    const takesMs = waitsMs + message.length / this.line.world.quality.bytesPerMs;
    this.line.world.clock.schedule(takesMs, () => {
      if (this.#pumping !== taking) return;
      this.#pumping = undefined;
      this.#queued[priority] -= message.length;
      this.#depart(message, priority);
      this.#pump();
    });
  }

  #depart(message: Uint8Array, priority: Priority): void {
    const { clock, random, quality } = this.line.world;
    const mayBeLate = priority !== "control" && quality.lateMs > 0;
    const late = mayBeLate && random.chance(0.5) ? random.real(0, quality.lateMs) : 0;
    let arrival = Math.max(
      clock.now + quality.latencyMs + this.delayMs + random.real(0, quality.jitterMs) + late,
      this.remote.deafUntil,
      priority === "control" ? 0 : this.starvesUntil,
    );
    for (const higher of PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1))
      arrival = Math.max(arrival, this.#lastArrival[higher]);
    this.#lastArrival[priority] = arrival;
    clock.schedule(arrival - clock.now, () => this.remote.#arrive(message), this.#other.life);
    this.line.onDeparture?.();
  }

  #arrive(message: Uint8Array): void {
    if (this.line.cut || !this.announced || this.closed) return;
    this.line.world.delivered(this.#other.machine, this.station.machine, message);
    this.station.received(this, message);
  }
}
