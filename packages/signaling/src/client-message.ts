import type { Limits } from "./limits.ts";
import { CLOSE_CODES, type ClientMessage, type PublishMessage, type RelayMessage } from "./protocol.ts";
import { Violation } from "./violation.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads one text frame of a client that is not trusted. Pure.
 * @returns undefined for a message of unknown type, to be ignored.
 * @throws Violation
 */
export function parseClientMessage(text: string, limits: Limits): ClientMessage | undefined {
  const value = parseJson(text);
  if (!isObject(value) || typeof value["type"] !== "string") throw malformed("a message must be an object with a type");
  if (!fitsDepth(value, limits.maxMessageDepth)) {
    throw malformed(`a message may nest at most ${limits.maxMessageDepth} levels deep`);
  }
  switch (value["type"]) {
    case "subscribe":
      return { type: "subscribe", topics: topicsOf(value, limits), ...nodeIdOf(value, limits) };
    case "unsubscribe":
      return { type: "unsubscribe", topics: topicsOf(value, limits) };
    case "publish":
      return publishOf(value, limits);
    case "relay":
      return relayOf(value, limits);
    case "ping":
      return { type: "ping" };
    default:
      return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Violation(CLOSE_CODES.invalidData, "a message must be JSON");
  }
}

/** Without duplicates. */
function topicsOf(fields: Fields, limits: Limits): readonly string[] {
  const topics: unknown = fields["topics"];
  if (!Array.isArray(topics)) throw malformed("topics must be an array of strings");
  return [...new Set(topics.map((topic) => checkedTopic(topic, limits)))];
}

function publishOf(fields: Fields, limits: Limits): PublishMessage {
  const topic = checkedTopic(fields["topic"], limits);
  const to = fields["to"];
  if (to === undefined) return { ...fields, type: "publish", topic };
  if (typeof to !== "string") throw malformed("to must be a string");
  return { ...fields, type: "publish", topic, to };
}

/** From known members only: what is relayed is what was counted. */
function relayOf(fields: Fields, limits: Limits): RelayMessage {
  const topic = checkedTopic(fields["topic"], limits);
  const { to, data } = fields;
  if (typeof to !== "string" || typeof data !== "string") throw malformed("to and data must be strings");
  return { type: "relay", topic, to, data };
}

function checkedTopic(topic: unknown, limits: Limits): string {
  if (typeof topic !== "string") throw malformed("a topic must be a string");
  if (topic.length > limits.maxTopicLength)
    throw malformed(`a topic may have at most ${limits.maxTopicLength} characters`);
  return topic;
}

function nodeIdOf(fields: Fields, limits: Limits): { readonly nodeId?: string } {
  const nodeId = fields["nodeId"];
  if (nodeId === undefined) return {};
  if (typeof nodeId !== "string") throw malformed("nodeId must be a string");
  if (nodeId.length > limits.maxNodeIdLength) {
    throw malformed(`a nodeId may have at most ${limits.maxNodeIdLength} characters`);
  }
  return { nodeId };
}

function malformed(reason: string): Violation {
  return new Violation(CLOSE_CODES.policyViolation, reason);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Recurses at most `levels` deep, whatever the value. */
function fitsDepth(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((child) => fitsDepth(child, levels - 1));
}
