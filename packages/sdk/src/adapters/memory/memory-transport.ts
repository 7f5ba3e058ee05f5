import type { NodeId } from "../../core/node-id.ts";
import { MAX_MESSAGE_BYTES } from "../../ports/transport.ts";
import type {
  Connection,
  Priority,
  TransportAdapter,
  TransportEvents,
  TransportIdentity,
  TransportSession,
} from "../../ports/transport.ts";

export interface MemoryNetworkOptions {
  /** Runs a task later, never at once. Default: as a microtask. */
  readonly schedule?: (task: () => void) => void;
}

/**
 * A network inside one process: every transport of one `MemoryNetwork` reaches the others in its room. Delivery is
 * asynchronous, ordered in each priority class, and copies what is sent. A connection that one side has closed stays
 * closed until one of the two joins again, or until `heal`.
 */
export class MemoryNetwork {
  readonly #schedule: (task: () => void) => void;
  readonly #sessions = new Set<MemorySession>();
  #groups: readonly ReadonlySet<NodeId>[] = [];

  constructor(options: MemoryNetworkOptions = {}) {
    // Browsers take this function as the window's only, not as a field of something else.
    this.#schedule = options.schedule ?? ((task) => queueMicrotask(task));
  }

  transport(): TransportAdapter {
    return { join: (self, events) => Promise.resolve(this.#join(self, events)) };
  }

  /**
   * Cuts every connection between nodes of different groups, and makes none until `heal` or the next `partition`.
   * What is under way on a cut connection is lost. Nodes in no group stay together, apart from all groups.
   */
  partition(...groups: readonly (readonly NodeId[])[]): void {
    this.#groups = groups.map((group) => new Set(group));
    for (const session of this.#sessions) session.cut((peer) => !this.#reachable(session.nodeId, peer));
    for (const session of this.#sessions) this.#connectTo(session);
  }

  /** Ends every partition, and connects all who are in a room and not connected. */
  heal(): void {
    this.partition();
  }

  #join(self: TransportIdentity, events: TransportEvents): TransportSession {
    const session = new MemorySession(self, events, this.#schedule, () => {
      this.#sessions.delete(session);
      for (const other of this.#sessions) if (other.nodeId === session.nodeId) this.#connectTo(other);
    });
    for (const other of this.#sessions) {
      if (other.room === session.room && other.nodeId === session.nodeId) session.meetTwin(other);
    }
    this.#sessions.add(session);
    this.#connectTo(session);
    return session;
  }

  #connectTo(session: MemorySession): void {
    for (const other of this.#sessions) {
      if (other.room === session.room && this.#reachable(session.nodeId, other.nodeId)) session.connect(other);
    }
  }

  #reachable(a: NodeId, b: NodeId): boolean {
    return this.#groups.every((group) => group.has(a) === group.has(b));
  }
}

class MemorySession implements TransportSession {
  readonly room: string;
  readonly nodeId: NodeId;
  readonly #identity: TransportIdentity;
  readonly #events: TransportEvents;
  readonly #schedule: (task: () => void) => void;
  readonly #left: () => void;
  readonly #connections = new Map<NodeId, MemoryConnection>();
  /** What this session has yet to be told, in order: a scheduler that reorders tasks cannot reorder it. */
  readonly #inbox: (() => void)[] = [];
  #stopped = false;

  constructor(
    identity: TransportIdentity,
    events: TransportEvents,
    schedule: (task: () => void) => void,
    left: () => void,
  ) {
    this.room = identity.room;
    this.nodeId = identity.nodeId;
    this.#identity = identity;
    this.#events = events;
    this.#schedule = schedule;
    this.#left = left;
  }

  connect(other: MemorySession): void {
    if (other.nodeId === this.nodeId || this.#isConnected(other.nodeId) || other.#isConnected(this.nodeId)) return;
    const [here, there] = MemoryConnection.pair(this, other);
    this.#open(here);
    other.#open(there);
  }

  /** A connection whose other side has closed it is as good as gone: its end is in the inbox already. */
  #isConnected(peer: NodeId): boolean {
    return this.#connections.get(peer)?.isOpen() ?? false;
  }

  #open(connection: MemoryConnection): void {
    this.#connections.set(connection.peer, connection);
    this.post(() => {
      if (connection.closed) return;
      connection.announced = true;
      this.#events.connected(connection);
    });
  }

  meetTwin(other: MemorySession): void {
    this.post(() => this.#events.twin(other.#identity.openedAt));
    other.post(() => other.#events.twin(this.#identity.openedAt));
  }

  cut(unreachable: (peer: NodeId) => boolean): void {
    for (const connection of this.#connections.values()) {
      if (!connection.closed && unreachable(connection.peer)) connection.cut("partitioned");
    }
  }

  message(connection: MemoryConnection, message: Uint8Array): void {
    this.#events.message(connection, message);
  }

  /** Raises `disconnected`, once, for a connection that was announced. */
  tellClosed(connection: MemoryConnection, reason: string): void {
    if (this.#connections.get(connection.peer) === connection) this.#connections.delete(connection.peer);
    if (!connection.announced) return;
    connection.announced = false;
    this.#events.disconnected(connection, reason);
  }

  post(task: () => void): void {
    if (this.#stopped) return;
    this.#inbox.push(task);
    this.#schedule(() => this.#inbox.shift()?.());
  }

  /** Everybody is connected to everybody. */
  prefer(): void {}

  stop(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const open = [...this.#connections.values()];
    for (const connection of open) connection.close("the peer left the room");
    this.#stopped = true;
    this.#inbox.length = 0;
    for (const connection of open) this.tellClosed(connection, "stopped");
    this.#left();
    return Promise.resolve();
  }
}

const PRIORITIES = ["control", "live", "bulk"] as const satisfies readonly Priority[];

/** As long as what cannot be guessed is elsewhere; nobody stands between two sides of one process. */
const BINDING_BYTES = 32;

class MemoryConnection implements Connection {
  readonly peer: NodeId;
  readonly channelBinding: Uint8Array;
  readonly #owner: MemorySession;
  #remote: MemoryConnection | undefined;
  readonly #outbox: Record<Priority, Uint8Array[]> = { control: [], live: [], bulk: [] };
  readonly #queued: Record<Priority, number> = { control: 0, live: 0, bulk: 0 };
  /** `connected` has been raised and `disconnected` has not. */
  announced = false;
  closed = false;

  private constructor(owner: MemorySession, peer: NodeId, channelBinding: Uint8Array) {
    this.#owner = owner;
    this.peer = peer;
    this.channelBinding = channelBinding;
  }

  static pair(a: MemorySession, b: MemorySession): [MemoryConnection, MemoryConnection] {
    const channelBinding = crypto.getRandomValues(new Uint8Array(BINDING_BYTES));
    const atA = new MemoryConnection(a, b.nodeId, channelBinding);
    const atB = new MemoryConnection(b, a.nodeId, channelBinding);
    atA.#remote = atB;
    atB.#remote = atA;
    return [atA, atB];
  }

  isOpen(): boolean {
    return !this.closed && this.#remote?.closed === false;
  }

  send(message: Uint8Array, priority: Priority): void {
    if (message.byteLength > MAX_MESSAGE_BYTES) {
      throw new RangeError(`A message of ${message.byteLength} bytes: split it, ${MAX_MESSAGE_BYTES} is the longest`);
    }
    const remote = this.#remote;
    if (this.closed || remote === undefined) return;
    this.#outbox[priority].push(message.slice());
    this.#queued[priority] += message.byteLength;
    remote.#owner.post(() => this.#deliverNext(PRIORITIES));
  }

  queuedBytes(priority: Priority): number {
    return this.#queued[priority];
  }

  close(reason: string): void {
    if (this.closed) return;
    this.#end();
    this.#owner.post(() => this.#owner.tellClosed(this, reason));
    const remote = this.#remote;
    if (remote === undefined) return;
    remote.#owner.post(() => {
      while (this.#deliverNext(["control"]));
      remote.#end();
      remote.#owner.tellClosed(remote, reason);
    });
  }

  /** Ends both sides; what is under way is lost. */
  cut(reason: string): void {
    for (const side of [this, this.#remote]) {
      if (side === undefined || side.closed) continue;
      side.#end();
      side.#drop("control");
      side.#owner.post(() => side.#owner.tellClosed(side, reason));
    }
  }

  #end(): void {
    this.closed = true;
    this.#drop("live");
    this.#drop("bulk");
  }

  #drop(priority: Priority): void {
    this.#outbox[priority].length = 0;
    this.#queued[priority] = 0;
  }

  #deliverNext(priorities: readonly Priority[]): boolean {
    const priority = priorities.find((candidate) => this.#outbox[candidate].length > 0);
    const message = priority && this.#outbox[priority].shift();
    if (priority === undefined || message === undefined) return false;
    this.#queued[priority] -= message.byteLength;
    const remote = this.#remote;
    if (remote?.announced && !remote.closed) remote.#owner.message(remote, message);
    return true;
  }
}
