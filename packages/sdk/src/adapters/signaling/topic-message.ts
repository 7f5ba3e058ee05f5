import type { DeliveredMessage, LeftMessage } from "@vecmesh/signaling/protocol";
import { parseObject } from "./signal.ts";

/** The server passes on at most 64 KiB; a roster of a full topic is the longest of its own. */
const MAX_TEXT_LENGTH = 256 * 1024;

/**
 * The message in a text frame of a signaling server's, if it is one that concerns a topic. Rosters and pongs say
 * nothing that announcements do not, and anything else is none of ours.
 */
export function parseTopicMessage(data: unknown): DeliveredMessage | LeftMessage | undefined {
  const message = parseObject(data, MAX_TEXT_LENGTH);
  if (message === undefined) return undefined;
  const { type, topic, from } = message;
  if (typeof topic !== "string" || typeof from !== "string") return undefined;
  return type === "publish" || type === "left" ? (message as unknown as DeliveredMessage | LeftMessage) : undefined;
}
