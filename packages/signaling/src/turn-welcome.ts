import { encode, type Member } from "./room.ts";
import { DEFAULT_TURN_TTL_S, turnCredentials, type TurnOptions } from "./turn-credentials.ts";

/** Gives one client TURN credentials, at once and again before they expire. */
export class TurnWelcome {
  readonly #member: Member;
  readonly #turn: TurnOptions | undefined;
  readonly #subject: string;
  #renewAtMs = 0;

  /** Without `turn` there is nothing to give, and nothing is sent. */
  constructor(member: Member, turn: TurnOptions | undefined, subject: string, nowMs: number) {
    this.#member = member;
    this.#turn = turn;
    this.#subject = subject;
    this.renew(nowMs);
  }

  /** Sends new ones when half the time of the last is over. */
  renew(nowMs: number): void {
    if (this.#turn === undefined || nowMs < this.#renewAtMs) return;
    const iceServers = [turnCredentials(this.#turn, this.#subject, nowMs)];
    this.#renewAtMs = nowMs + ((this.#turn.ttlSeconds ?? DEFAULT_TURN_TTL_S) * 1000) / 2;
    this.#member.send(encode({ type: "welcome", iceServers }));
  }
}
