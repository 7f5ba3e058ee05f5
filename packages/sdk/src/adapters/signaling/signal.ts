import { isLineName, type LineName } from "../relay/relay.ts";

/**
 * What two peers tell each other to connect. One offer, one answer, and ICE candidates are in the shape that simple-peer
 * emits and takes. It takes more, and destroys its connection over anything malformed (T2): nothing reaches it that has
 * not come through `parseSignal`. Where no direct connection comes about, there are an offer and an answer of a relayed one.
 */
export type Signal = SessionDescription | CandidateSignal | RelaySignal;

export interface SessionDescription {
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

export interface CandidateSignal {
  readonly type: "candidate";
  readonly candidate: {
    readonly candidate: string;
    readonly sdpMLineIndex: number | null;
    readonly sdpMid: string | null;
  };
}

/** Half of the key agreement of a connection through a signaling server's relay (T11). */
export interface RelaySignal {
  readonly type: "relay-offer" | "relay-answer";
  /** The offering side's name for the line, the same in the answer. */
  readonly line: LineName;
  /** A P-256 public key, uncompressed, in base64url. */
  readonly key: string;
}

/** A data channel's description is 500 to 2,000 characters; candidates that were gathered early add some 100 each. */
const MAX_SDP_LENGTH = 16 * 1024;
/** The longest in use, a TCP relay's over IPv6 with its extensions, are some 250 characters. */
const MAX_CANDIDATE_LENGTH = 1024;
/** simple-peer's only media section is called "0" or "data". */
const MAX_MID_LENGTH = 32;
/** RFC 8839: foundation, component, transport, priority, address, port, type, then pairs. Empty says that no more will come. */
const CANDIDATE =
  /^$|^candidate:[\w+/]{1,32} \d{1,5} (?:udp|tcp) \d{1,10} [\w.:%-]{1,253} \d{1,5} typ [a-z]{1,16}(?: [\x21-\x7e]+)*$/i;

/** 65 bytes in base64url. */
const RELAY_KEY = /^[\w-]{87}$/;

/** The signal in `value`, rebuilt from its known members only; undefined if it is none. */
export function parseSignal(value: unknown): Signal | undefined {
  if (!isObject(value)) return undefined;
  const { type } = value;
  if (type === "candidate") return parseCandidate(value["candidate"]);
  if (type === "relay-offer" || type === "relay-answer") {
    const { line, key } = value;
    return isLineName(line) && typeof key === "string" && RELAY_KEY.test(key) ? { type, line, key } : undefined;
  }
  if (type !== "offer" && type !== "answer") return undefined;
  const { sdp } = value;
  if (typeof sdp !== "string" || sdp.length > MAX_SDP_LENGTH || !sdp.startsWith("v=0\r\n")) return undefined;
  return { type, sdp };
}

export function isRelaySignal(signal: Signal): signal is RelaySignal {
  return signal.type === "relay-offer" || signal.type === "relay-answer";
}

function parseCandidate(value: unknown): CandidateSignal | undefined {
  if (!isObject(value)) return undefined;
  const { candidate } = value;
  if (typeof candidate !== "string" || candidate.length > MAX_CANDIDATE_LENGTH || !CANDIDATE.test(candidate)) {
    return undefined;
  }
  const index = value["sdpMLineIndex"] ?? null;
  const mid = value["sdpMid"] ?? null;
  // A data channel has one media section.
  if (index !== null && index !== 0) return undefined;
  if (mid !== null && (typeof mid !== "string" || mid.length > MAX_MID_LENGTH)) return undefined;
  // RTCIceCandidate's constructor throws when both are missing.
  if (index === null && mid === null) return undefined;
  return { type: "candidate", candidate: { candidate, sdpMLineIndex: index, sdpMid: mid } };
}

/** The JSON object in a text frame; undefined if there is none, or it is longer. */
export function parseObject(frame: unknown, maxLength: number): Readonly<Record<string, unknown>> | undefined {
  if (typeof frame !== "string" || frame.length > maxLength) return undefined;
  try {
    const value: unknown = JSON.parse(frame);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
