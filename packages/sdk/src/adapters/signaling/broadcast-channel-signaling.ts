import { parseEnvelope } from "./envelope.ts";
import type { Signaling } from "./signaling.ts";

/**
 * The tabs of one browser (one origin and profile) find each other with no server (T9). Undefined where the platform
 * has no BroadcastChannel.
 */
export function broadcastChannelSignaling(): Signaling | undefined {
  if (typeof BroadcastChannel === "undefined") return undefined;
  return {
    open(room, self, events) {
      const channel = new BroadcastChannel(`vecmesh:${room}`);
      let closed = false;
      channel.addEventListener("message", (event: MessageEvent<unknown>) => {
        if (closed) return;
        const envelope = parseEnvelope(event.data);
        if (envelope === undefined || envelope.instance === self.instance) return;
        if (envelope.to === undefined || envelope.to === self.instance) events.received(envelope);
      });
      // Not within `open`, whose caller does not have the channel yet.
      queueMicrotask(() => {
        if (!closed) events.opened();
      });
      return {
        send(envelope) {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has one origin
          if (!closed) channel.postMessage(envelope);
        },
        wake() {},
        close() {
          closed = true;
          channel.close();
        },
      };
    },
  };
}
