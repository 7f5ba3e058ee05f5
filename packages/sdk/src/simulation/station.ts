import type { Connection, TransportEvents, TransportIdentity } from "../ports/transport.ts";
import type { Life } from "./clock.ts";
import type { LineEnd, Terminal } from "./line.ts";
import type { NodeId } from "../core/node-id.ts";

/** One stay of a replica in the room. */
export class Station implements Terminal {
  readonly machine: number;
  readonly life: Life;
  readonly nodeId: NodeId;
  readonly identity: TransportIdentity;
  readonly ends: Map<NodeId, LineEnd> = new Map();
  /** Stations of the same NodeId that this one has been told of. */
  readonly twins: Set<Station> = new Set();
  left = false;
  /** To whom a connection matters most to it (T7). */
  preferred: ReadonlySet<NodeId> = new Set();
  readonly #events: TransportEvents;

  constructor(machine: number, life: Life, identity: TransportIdentity, events: TransportEvents) {
    this.machine = machine;
    this.life = life;
    this.nodeId = identity.nodeId;
    this.identity = identity;
    this.#events = events;
  }

  get isThere(): boolean {
    return !this.left && !this.life.ended;
  }

  connected(end: LineEnd): void {
    const older = this.ends.get(end.peer);
    if (older !== undefined && older !== end) older.giveWay();
    this.ends.set(end.peer, end);
    if (this.isThere) this.#events.connected(end);
  }

  received(connection: Connection, message: Uint8Array): void {
    if (this.isThere) this.#events.message(connection, message);
  }

  disconnected(end: LineEnd, reason: string): void {
    if (this.ends.get(end.peer) === end) this.ends.delete(end.peer);
    if (this.isThere) this.#events.disconnected(end, reason);
  }

  twin(theirOpenedAt: number): void {
    if (this.isThere) this.#events.twin(theirOpenedAt);
  }
}
