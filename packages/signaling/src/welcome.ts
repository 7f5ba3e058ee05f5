import { encode } from "./outgoing-frame.ts";
import type { RelayOffer } from "./protocol.ts";
import type { Member } from "./room.ts";
import { DEFAULT_TURN_TTL_S, turnCredentials, type TurnOptions } from "./turn-credentials.ts";

export interface WelcomeOptions {
  /** Left out: the client gets no credentials. */
  readonly turn: TurnOptions | undefined;
  /** Left out: nothing is relayed. */
  readonly relay: RelayOffer | undefined;
  /** Who the credentials are for. */
  readonly subject: string;
}

/** Whether there is something to offer. */
export function isWorthTelling({ turn, relay }: WelcomeOptions): boolean {
  return turn !== undefined || relay !== undefined;
}

/** Tells one client what the server offers, at once and again before TURN credentials expire. */
export class Welcome {
  readonly #member: Member;
  readonly #options: WelcomeOptions;
  #renewAtMs = 0;

  constructor(member: Member, options: WelcomeOptions, nowMs: number) {
    this.#member = member;
    this.#options = options;
    this.renew(nowMs);
  }

  /** Sends new credentials when half the time of the last is over. */
  renew(nowMs: number): void {
    const { turn, relay, subject } = this.#options;
    if (nowMs < this.#renewAtMs) return;
    const validMs = turn === undefined ? Number.POSITIVE_INFINITY : (turn.ttlSeconds ?? DEFAULT_TURN_TTL_S) * 1000;
    this.#renewAtMs = nowMs + validMs / 2;
    const iceServers = turn === undefined ? [] : [turnCredentials(turn, subject, nowMs)];
    this.#member.send(encode({ type: "welcome", iceServers, ...(relay && { relay }) }));
  }
}
