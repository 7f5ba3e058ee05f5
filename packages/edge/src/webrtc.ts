import wrtc from "@roamhq/wrtc";
import { WebSocket as WebSocketOfNode } from "ws";
import type { ReplicationConfig, TransportAdapter } from "@vecmesh/sdk";
import { systemRuntime, webrtcTransport } from "@vecmesh/sdk/node";

export type EdgeTransportOptions = Pick<
  ReplicationConfig,
  "signaling" | "token" | "iceServers" | "iceTransportPolicy" | "relay" | "maxPeers"
>;

/** WebRTC in Node, by `@roamhq/wrtc`, and signaling over WebSockets by `ws`: Node 20 has neither of its own. */
export function edgeTransport(options: EdgeTransportOptions): TransportAdapter {
  return webrtcTransport({
    ...options,
    runtime: systemRuntime(),
    wrtc,
    WebSocket: WebSocketOfNode as unknown as typeof WebSocket,
  });
}
