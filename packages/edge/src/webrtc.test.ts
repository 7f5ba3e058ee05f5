import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { startSignalingServer } from "@vecmesh/signaling";
import { transportContract } from "@vecmesh/sdk/testing";
import { createEdgeReplicator } from "./edge-replicator.ts";
import { edgeTransport } from "./webrtc.ts";
import { temporaryFolder } from "./testing/temporary-folder.fixture.ts";

// As between processes, which share no such channel.
vi.stubGlobal("BroadcastChannel", undefined);

const server = await startSignalingServer({ port: 0 });
afterAll(() => server.close());

transportContract(
  { describe, it, expect },
  {
    name: "WebRTC in Node, through a signaling server",
    adapter: () => edgeTransport({ signaling: server.url, iceServers: [] }),
  },
);

const folder = temporaryFolder();

describe("replicas in Node that nothing connects", () => {
  it("T11: replicate through a signaling server that relays", async () => {
    const relaying = await startSignalingServer({ port: 0, relay: { bytesPerSecond: 65_536 } });
    const room = randomUUID();
    const open = async (name: string) => {
      const replica = await createEdgeReplicator({
        room,
        signaling: relaying.url,
        data: join(folder, name),
        password: "five random words or more",
        // Through TURN servers only, of which there are none.
        iceTransportPolicy: "relay",
        iceServers: [],
        relay: true,
        consistencyLevel: "one",
      });
      await replica.start();
      return replica;
    };
    const [a, b] = [await open("a"), await open("b")];
    try {
      await a.write({ id: "x", vector: Float32Array.of(1), metadata: { text: "hello" } });
      await expect.poll(async () => (await b.get("x"))?.metadata["text"], { timeout: 50_000 }).toBe("hello");
      expect((await b.replicas())[1]).toMatchObject({ path: "relay" });
    } finally {
      await Promise.all([a.close(), b.close()]);
      await relaying.close();
    }
  });
});
