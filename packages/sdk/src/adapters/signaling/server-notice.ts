import type { RelayOffer, RetryMessage, WelcomeMessage } from "@vecmesh/signaling/protocol";
import { isObject, parseObject } from "./signal.ts";

/** What a signaling server says that concerns no topic. */
export type ServerNotice = WelcomeMessage | RetryMessage;

/** A server has one or two TURN servers, and some ways to each. */
const MAX_ICE_SERVERS = 8;
/** URLs and credentials have some dozens of characters. */
const MAX_TEXT_LENGTH = 512;
/** A server that asks for a longer absence is mistaken, or means harm. */
const MAX_RETRY_MS = 5 * 60_000;
/** Some kilobytes are all that it takes. */
const MAX_NOTICE_LENGTH = 64 * 1024;

/** The notice in a text frame of a signaling server's, rebuilt from what is known; undefined if it is none. */
export function parseServerNotice(data: unknown): ServerNotice | undefined {
  const message = parseObject(data, MAX_NOTICE_LENGTH);
  if (message === undefined) return undefined;
  const { type, iceServers, relay, afterMs } = message;
  if (type === "retry" && typeof afterMs === "number" && afterMs >= 0) {
    return { type, afterMs: Math.min(afterMs, MAX_RETRY_MS) };
  }
  if (type !== "welcome" || !Array.isArray(iceServers) || iceServers.length > MAX_ICE_SERVERS) return undefined;
  const servers = iceServers.map(parseIceServer);
  if (!servers.every((server) => server !== undefined)) return undefined;
  const offer = parseRelayOffer(relay);
  return { type, iceServers: servers, ...(offer && { relay: offer }) };
}

function parseRelayOffer(value: unknown): RelayOffer | undefined {
  if (!isObject(value)) return undefined;
  const { bytesPerSecond, socketBytesPerSecond, bytesPerMessage } = value;
  if (!isCount(bytesPerSecond) || !isCount(socketBytesPerSecond) || !isCount(bytesPerMessage)) return undefined;
  return { bytesPerSecond, socketBytesPerSecond, bytesPerMessage };
}

function parseIceServer(value: unknown): WelcomeMessage["iceServers"][number] | undefined {
  if (!isObject(value)) return undefined;
  const { urls, username, credential } = value;
  if (!Array.isArray(urls) || urls.length === 0 || urls.length > MAX_ICE_SERVERS) return undefined;
  // RTCPeerConnection throws at what is no such URL.
  if (!urls.every((url) => isText(url) && /^turns?:[\w.[\]:-]+(\?transport=(udp|tcp))?$/.test(url))) return undefined;
  return isText(username) && isText(credential) ? { urls, username, credential } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT_LENGTH;
}
