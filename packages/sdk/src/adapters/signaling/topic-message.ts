import type { DeliveredMessage, LeftMessage, RelayedMessage } from "@vecmesh/signaling/protocol";
import { isInstance, type Instance } from "./envelope.ts";
import { isObject, parseObject } from "./signal.ts";

/** The server passes on at most 64 KiB; a roster is the longest of its own. */
const MAX_TEXT_LENGTH = 256 * 1024;
/** A server names fewer. */
const MAX_LISTED = 100;

/** Some of those who are in a topic, by the server's names for them, and how many are in all. */
export interface Roster {
  readonly type: "roster";
  readonly topic: string;
  readonly routes: ReadonlyMap<Instance, string>;
  readonly clients: number;
}

/** Only `type`, `topic` and `from` of what came from others are known to be what they should. */
export type TopicMessage = DeliveredMessage | RelayedMessage | LeftMessage | Roster;

/** The message in a text frame of a signaling server's, if it is one that concerns a topic; anything else is none of ours. */
export function parseTopicMessage(data: unknown): TopicMessage | undefined {
  const message = parseObject(data, MAX_TEXT_LENGTH);
  if (message === undefined) return undefined;
  const { type, topic, from } = message;
  if (typeof topic !== "string") return undefined;
  if (type === "roster") return { type, topic, ...parseRoster(message) };
  if (typeof from !== "string" || (type !== "publish" && type !== "relay" && type !== "left")) return undefined;
  return message as unknown as DeliveredMessage | RelayedMessage | LeftMessage;
}

/** Replicas are listed by their instances; whatever else is listed is none. */
function parseRoster({ peers, clients }: Readonly<Record<string, unknown>>): Pick<Roster, "routes" | "clients"> {
  const routes = new Map<Instance, string>();
  for (const peer of Array.isArray(peers) ? peers.slice(0, MAX_LISTED) : []) {
    if (isObject(peer) && isInstance(peer["nodeId"]) && typeof peer["from"] === "string")
      routes.set(peer["nodeId"], peer["from"]);
  }
  return { routes, clients: asCount(clients) };
}

/** How many a server says there are. */
export function asCount(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
