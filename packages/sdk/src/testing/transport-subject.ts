import { mintNodeId, type NodeId } from "../core/node-id.ts";
import type { Connection, TransportAdapter, TransportSession } from "../ports/transport.ts";
import type { ContractRunner } from "./contract-runner.ts";

/** The transport under test. */
export interface TransportSubject {
  readonly name: string;
  /** An adapter, a new one or the same, that reaches the others of this subject. */
  adapter(): TransportAdapter;
}

/** How long a test waits for something to happen before it fails. Connecting over WebRTC takes a second on a slow machine. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 5;

/** Resolves when the condition holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** One participant of a room, and everything that its transport has told it. */
export class RoomNode {
  readonly nodeId: NodeId;
  readonly open: Map<NodeId, Connection> = new Map();
  readonly received: { readonly peer: NodeId; readonly message: Uint8Array }[] = [];
  readonly ended: { readonly peer: NodeId; readonly reason: string }[] = [];
  readonly twins: number[] = [];
  /** What broke the port's rules about events. */
  readonly faults: string[] = [];
  events: number = 0;
  readonly room: string;
  readonly #openedAt: number;
  #session: TransportSession | undefined;

  constructor(room: string, nodeId: NodeId, openedAt: number) {
    this.room = room;
    this.nodeId = nodeId;
    this.#openedAt = openedAt;
  }

  async join(adapter: TransportAdapter): Promise<void> {
    this.#session = await adapter.join(
      { room: this.room, nodeId: this.nodeId, openedAt: this.#openedAt },
      {
        connected: (connection) => {
          this.events++;
          if (this.open.has(connection.peer)) this.faults.push("connected twice to one peer");
          this.open.set(connection.peer, connection);
        },
        message: (connection, message) => {
          this.events++;
          if (this.open.get(connection.peer) !== connection) this.faults.push("a message on no open connection");
          this.received.push({ peer: connection.peer, message });
        },
        disconnected: (connection, reason) => {
          this.events++;
          if (this.open.get(connection.peer) !== connection) this.faults.push("disconnected what was not open");
          this.open.delete(connection.peer);
          this.ended.push({ peer: connection.peer, reason });
        },
        twin: (theirOpenedAt) => {
          this.events++;
          this.twins.push(theirOpenedAt);
        },
        error: (error) => {
          this.events++;
          this.faults.push(`error: ${error.message}`);
        },
      },
    );
  }

  /** Resolves with the open connection to that node. */
  async connection(to: RoomNode): Promise<Connection> {
    await until("a connection", () => this.open.has(to.nodeId));
    return this.open.get(to.nodeId) as Connection;
  }

  prefer(nodeIds: ReadonlySet<NodeId>): void {
    this.#session?.prefer(nodeIds);
  }

  async stop(): Promise<void> {
    await this.#session?.stop();
  }
}

/** The rooms of one test, which no other test uses. */
export class TestRooms {
  readonly #subject: TransportSubject;
  readonly #nodes: RoomNode[] = [];
  readonly #name: string = `contract ${crypto.randomUUID()}`;

  constructor(subject: TransportSubject) {
    this.#subject = subject;
  }

  /** A node that has joined. Rooms of other names are other rooms. */
  async join(options: { room?: string; nodeId?: NodeId; openedAt?: number } = {}): Promise<RoomNode> {
    const { room = "", nodeId = mintNodeId((length) => crypto.getRandomValues(new Uint8Array(length))) } = options;
    const node = new RoomNode(`${this.#name} ${room}`, nodeId, options.openedAt ?? 0);
    this.#nodes.push(node);
    await node.join(this.#subject.adapter());
    return node;
  }

  /** Two nodes with an open connection. */
  async pair(): Promise<[RoomNode, RoomNode]> {
    const [a, b] = [await this.join(), await this.join()];
    await Promise.all([a.connection(b), b.connection(a)]);
    return [a, b];
  }

  async close(): Promise<readonly string[]> {
    for (const node of this.#nodes) await node.stop();
    return this.#nodes.flatMap((node) => node.faults);
  }
}

export type RoomTest = (name: string, body: (rooms: TestRooms) => Promise<void>) => void;

/** Registers a test that is given rooms of its own, left afterwards whether it passes or not. */
export function roomTest(runner: ContractRunner, subject: TransportSubject): RoomTest {
  return (name, body) => {
    runner.it(name, async () => {
      const rooms = new TestRooms(subject);
      let faults: readonly string[] = [];
      try {
        await body(rooms);
      } finally {
        faults = await rooms.close();
      }
      runner.expect(faults).toEqual([]);
    });
  };
}
