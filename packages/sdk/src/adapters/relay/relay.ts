import type { Instance } from "../signaling/envelope.ts";

/** What a signaling server does for pairs that reach each other in no other way: it passes on packets that it cannot read (T11). */
export interface Relay {
  /** Whether a line to that instance can be opened now: the server relays, it is known where they are, and there are not too many lines. */
  reaches(to: Instance): boolean;
  /**
   * Opens this side's end.
   * @param name both ends': it tells the packets of one line from those of others
   * @returns undefined where `reaches` says no
   */
  open(to: Instance, name: LineName, events: RelayLineEvents): RelayLine | undefined;
}

/** By which relay to go to whom. */
export interface RelayWay {
  readonly relay: Relay;
  readonly to: Instance;
}

/** Minted by the side that offers the connection: 8 random bytes in hex. */
export type LineName = string & { readonly __brand: "LineName" };

/** One end of a way for packets, in order, to one other instance. */
export interface RelayLine {
  /** For how many milliseconds nothing more should be sent, to stay within what the server allows: 0 for now is fine. */
  readonly waitMs: number;
  send(packet: Uint8Array): void;
  /** No event is raised afterwards. Idempotent. */
  close(): void;
}

export interface RelayLineEvents {
  packet(bytes: Uint8Array<ArrayBuffer>): void;
  /** The way is gone. Nothing is raised afterwards. */
  closed(reason: string): void;
}

export const LINE_NAME_BYTES = 8;
const LINE_NAME = /^[0-9a-f]{16}$/;

export function isLineName(value: unknown): value is LineName {
  return typeof value === "string" && LINE_NAME.test(value);
}
