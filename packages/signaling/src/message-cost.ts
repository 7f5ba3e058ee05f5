import type { Limits } from "./limits.ts";
import type { ClientMessage } from "./protocol.ts";

/** How many tokens a message of so many bytes costs: what it makes the server read, look up and send. Pure. */
export function messageCost(
  message: ClientMessage | undefined,
  bytes: number,
  limits: Limits,
  subscribersOf: (topic: string) => number,
): number {
  const receiversCost = (topic: string): number => Math.floor(subscribersOf(topic) / limits.receiversPerToken);
  const size = 1 + Math.floor(bytes / limits.bytesPerToken);
  switch (message?.type) {
    case "publish":
      return size + (message.to === undefined ? receiversCost(message.topic) : 0);
    case "subscribe":
      // With a nodeId it is answered by rosters.
      return message.topics.reduce(
        (cost, topic) => cost + 1 + (message.nodeId === undefined ? 0 : receiversCost(topic)),
        size,
      );
    case "unsubscribe":
      // The others are told.
      return message.topics.reduce((cost, topic) => cost + 1 + receiversCost(topic), size);
    case "relay":
    case "ping":
    case undefined:
      return size;
  }
}
