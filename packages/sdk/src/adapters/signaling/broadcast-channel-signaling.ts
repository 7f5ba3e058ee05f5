import { parseLetter } from "./envelope.ts";
import { deliver, type Signaling } from "./signaling.ts";

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
        const letter = parseLetter(event.data);
        if (letter === undefined || letter.instance === self.instance) return;
        if (letter.to === undefined || letter.to === self.instance) deliver(letter, events);
      });
      // Not within `open`, whose caller does not have the channel yet.
      queueMicrotask(() => {
        if (!closed) events.opened();
      });
      return {
        size: 0,
        refresh() {},
        send(letter) {
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has one origin
          if (!closed) channel.postMessage(letter);
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
