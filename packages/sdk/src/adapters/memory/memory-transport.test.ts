import { expect, test } from "vitest";
import { mintNodeId, type NodeId } from "../../core/node-id.ts";
import type { Connection, TransportSession } from "../../ports/transport.ts";
import { MemoryNetwork } from "./memory-transport.ts";

const text = (message: Uint8Array): string => new TextDecoder().decode(message);
const bytes = (message: string): Uint8Array => new TextEncoder().encode(message);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

interface Node {
  readonly nodeId: NodeId;
  readonly log: string[];
  readonly open: Map<NodeId, Connection>;
  readonly session: TransportSession;
}

async function join(network: MemoryNetwork, nodeId: NodeId = mintNodeId(random)): Promise<Node> {
  const log: string[] = [];
  const open = new Map<NodeId, Connection>();
  const session = await network.transport().join(
    { room: "room", nodeId, openedAt: 7 },
    {
      connected: (connection) => void open.set(connection.peer, connection),
      message: (_connection, message) => void log.push(text(message)),
      disconnected: (connection, reason) => {
        open.delete(connection.peer);
        log.push(`disconnected: ${reason}`);
      },
      twin: (age) => void log.push(`twin ${age}`),
      error: (error) => void log.push(error.message),
    },
  );
  return { nodeId, log, open, session };
}

function random(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

test("a partition cuts the connections across it, loses what is under way, and healing connects again", async () => {
  const network = new MemoryNetwork();
  const [a, b, c] = [await join(network), await join(network), await join(network)];
  await settled();
  a.open.get(b.nodeId)?.send(bytes("lost"), "control");
  a.open.get(c.nodeId)?.send(bytes("kept"), "control");
  network.partition([b.nodeId]);
  await settled();
  expect([...a.open.keys()]).toEqual([c.nodeId]);
  expect(b.open.size).toBe(0);
  expect(b.log).toEqual(["disconnected: partitioned", "disconnected: partitioned"]);
  expect(c.log).toEqual(["kept", "disconnected: partitioned"]);
  network.heal();
  await settled();
  expect(a.open.size + b.open.size + c.open.size).toBe(6);
});

test("whoever joins during a partition meets only its own side", async () => {
  const network = new MemoryNetwork();
  const a = await join(network);
  network.partition([a.nodeId]);
  const [b, c] = [await join(network), await join(network)];
  await settled();
  expect(a.open.size).toBe(0);
  expect([...b.open.keys()]).toEqual([c.nodeId]);
});

test("a node that leaves and joins at once is announced again after its old connection's end", async () => {
  const network = new MemoryNetwork();
  const a = await join(network);
  const b = await join(network);
  await settled();
  await b.session.stop();
  const again = await join(network, b.nodeId);
  await settled();
  expect(a.log).toEqual(["disconnected: the peer left the room"]);
  expect(a.open.has(b.nodeId)).toBe(true);
  a.open.get(b.nodeId)?.send(bytes("hello again"), "live");
  await settled();
  expect(again.log).toEqual(["hello again"]);
});

test("a scheduler that reorders its tasks reorders nothing within a class", async () => {
  const tasks: (() => void)[] = [];
  const network = new MemoryNetwork({ schedule: (task) => void tasks.push(task) });
  const runNewestFirst = (): void => {
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) task();
  };
  const [a, b] = [await join(network), await join(network)];
  runNewestFirst();
  const connection = a.open.get(b.nodeId);
  for (const message of ["1", "2", "3"]) connection?.send(bytes(message), "live");
  connection?.send(bytes("first"), "control");
  expect(connection?.queuedBytes("live")).toBe(3);
  connection?.close("done");
  runNewestFirst();
  expect(b.log).toEqual(["first", "disconnected: done"]);
  expect(connection?.queuedBytes("live")).toBe(0);
});
