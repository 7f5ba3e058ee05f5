import { isNodeId, type NodeId } from "../../core/node-id.ts";
import { isObject, parseSignal, type Signal } from "./signal.ts";

/** One joining of a room by one transport: 8 random bytes in hex. A page that is reloaded, or joins again, is another. */
export type Instance = string & { readonly __brand: "Instance" };

/** What transports tell each other before they are connected, over a signaling server or a BroadcastChannel. */
export type Envelope = Announcement | SignalEnvelope | Farewell;

interface Sender {
  readonly nodeId: NodeId;
  readonly instance: Instance;
  /** TransportIdentity's `openedAt` (C1). */
  readonly openedAt: number;
  /** Milliseconds since this instance joined: which of two instances of one node is the newer. */
  readonly upMs: number;
}

/** "I am here." To all, or to one. */
export interface Announcement extends Sender {
  readonly type: "announce";
  readonly to: Instance | undefined;
  /** Asks whoever hears this to announce itself in return. */
  readonly answer: boolean;
  /** Whether the sender would be connected to whoever hears this: in large rooms it is not, to all (T7). */
  readonly free: boolean;
}

export interface SignalEnvelope extends Sender {
  readonly type: "signal";
  readonly to: Instance;
  /** Numbers the initiating instance's attempts; only the newest counts (T1). */
  readonly attempt: number;
  readonly signal: Signal;
}

/** "I am leaving." To all. A hint only: the data channel's own goodbye is what ends a connection. */
export interface Farewell extends Sender {
  readonly type: "goodbye";
  readonly to: undefined;
}

/** What goes through a way of signaling: an envelope as it is, or one that is sealed by a room's password (T8). */
export type Letter = Envelope | SealedEnvelope;

/** Who carries it learns which joining of the room it is from and for, and nothing else. */
export interface SealedEnvelope {
  readonly type: "sealed";
  readonly instance: Instance;
  readonly to: Instance | undefined;
  /** A nonce, and the envelope as `sealed-signaling.ts` encrypts it, in base64url. */
  readonly sealed: string;
}

/** The longest that a signaling server passes on is 64 KiB; an offer of the longest description is some 25 KiB. */
const MAX_SEALED_LENGTH = 48 * 1024;

export const INSTANCE_BYTES = 8;
const INSTANCE = /^[0-9a-f]{16}$/;

export function isInstance(value: unknown): value is Instance {
  return typeof value === "string" && INSTANCE.test(value);
}

/** The letter in `value`, rebuilt from its known members only; undefined if it is none. */
export function parseLetter(value: unknown): Letter | undefined {
  if (!isObject(value) || value["type"] !== "sealed") return parseEnvelope(value);
  const { instance, to, sealed } = value;
  if (!isInstance(instance) || (to !== undefined && !isInstance(to))) return undefined;
  if (typeof sealed !== "string" || sealed.length > MAX_SEALED_LENGTH) return undefined;
  return { type: "sealed", instance, to, sealed };
}

/** The envelope in `value`, rebuilt from its known members only; undefined if it is none. */
export function parseEnvelope(value: unknown): Envelope | undefined {
  if (!isObject(value)) return undefined;
  const { type, nodeId, instance, openedAt, upMs, to } = value;
  if (!isNodeId(nodeId) || !isInstance(instance) || !isTime(openedAt) || !isDuration(upMs)) return undefined;
  if (to !== undefined && !isInstance(to)) return undefined;
  const sender: Sender = { nodeId, instance, openedAt, upMs };
  switch (type) {
    case "announce":
      return { ...sender, type, to, answer: value["answer"] === true, free: value["free"] !== false };
    case "goodbye":
      return { ...sender, type, to: undefined };
    case "signal": {
      const { attempt } = value;
      const signal = parseSignal(value["signal"]);
      if (to === undefined || !Number.isSafeInteger(attempt) || signal === undefined) return undefined;
      return { ...sender, type, to, attempt: attempt as number, signal };
    }
    default:
      return undefined;
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isDuration(value: unknown): value is number {
  return isTime(value) && value >= 0;
}
