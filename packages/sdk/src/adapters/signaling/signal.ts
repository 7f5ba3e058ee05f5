/**
 * What two peers tell each other to connect: one offer, one answer, and ICE candidates, in the shape that simple-peer
 * emits and takes. It takes more, and destroys its connection over anything malformed (T2): nothing reaches it that has
 * not come through `parseSignal`.
 */
export type Signal = SessionDescription | CandidateSignal;

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

/** A data channel's description is 500 to 2,000 characters; candidates that were gathered early add some 100 each. */
const MAX_SDP_LENGTH = 16 * 1024;
/** The longest in use, a TCP relay's over IPv6 with its extensions, are some 250 characters. */
const MAX_CANDIDATE_LENGTH = 1024;
/** simple-peer's only media section is called "0" or "data". */
const MAX_MID_LENGTH = 32;
/** RFC 8839: foundation, component, transport, priority, address, port, type, then pairs. Empty says that no more will come. */
const CANDIDATE =
  /^$|^candidate:[\w+/]{1,32} \d{1,5} (?:udp|tcp) \d{1,10} [\w.:%-]{1,253} \d{1,5} typ [a-z]{1,16}(?: [\x21-\x7e]+)*$/i;

/** The signal in `value`, rebuilt from its known members only; undefined if it is none. */
export function parseSignal(value: unknown): Signal | undefined {
  if (!isObject(value)) return undefined;
  const { type } = value;
  if (type === "candidate") return parseCandidate(value["candidate"]);
  if (type !== "offer" && type !== "answer") return undefined;
  const { sdp } = value;
  if (typeof sdp !== "string" || sdp.length > MAX_SDP_LENGTH || !sdp.startsWith("v=0\r\n")) return undefined;
  return { type, sdp };
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
