import { afterAll, describe, expect, it, vi } from "vitest";
import { startSignalingServer } from "@vecmesh/signaling";
import { transportContract } from "@vecmesh/sdk/testing";
import { edgeTransport } from "./webrtc.ts";

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
