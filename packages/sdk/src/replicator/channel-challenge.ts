import { CHALLENGE_NONCE_BYTES } from "../core/codec/access-messages.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeMessage, encodeMessage } from "../core/codec/frames.ts";
import { type Party, proofTranscript } from "../core/channel-proof.ts";
import { REFUSED, UNAUTHORIZED } from "../core/handshake.ts";
import { type Message, PROTOCOL_VERSION } from "../core/messages.ts";
import { bytesToHex, type NodeId } from "../core/node-id.ts";
import type { Connection } from "../ports/transport.ts";
import type { RoomKeys } from "./room-keys.ts";
import type { Runtime } from "../ports/runtime.ts";
import { frameError, frameRefusal } from "./connection-errors.ts";
import { type ReplicationError, replicationError } from "../core/replication-error.ts";

export interface ChannelChallengeOptions {
  readonly connection: Connection;
  readonly self: NodeId;
  readonly keys: RoomKeys;
  readonly runtime: Runtime;
  /** Both have proven it. `early`: what the peer, who knew so sooner, has said meanwhile. */
  admitted(early: Uint8Array | undefined): void;
  /** The connection is to be closed for this reason; `error` is what to tell the user where the reason does not say it. */
  refused(reason: string, error?: ReplicationError): void;
}

/** As for a hello: a page that is busy needs a few seconds. */
export const PROOF_TIMEOUT_MS: number = 15 * 1000;

/**
 * One channel, from its opening until both ends have proven that they know the room's password (T8). Each sends a nonce and answers the
 * other's with an HMAC over both nonces, both NodeIds and the channel's binding, so a proof is of no use on any other channel. Nothing
 * else is read before that.
 */
export class ChannelChallenge {
  readonly #options: ChannelChallengeOptions;
  readonly #own: Party;
  #peer: Party | undefined;
  #expects: "challenge" | "proof" | "verdict" | "nothing" = "challenge";
  #early: Uint8Array | undefined;
  /** Proving and verifying take turns: what is asked first is answered first. */
  #steps: Promise<void> = Promise.resolve();
  #cancelTimer: () => void = () => {};

  constructor(options: ChannelChallengeOptions) {
    const { self, runtime } = options;
    this.#options = options;
    this.#own = { nodeId: self, nonce: bytesToHex(runtime.randomBytes(CHALLENGE_NONCE_BYTES)) };
  }

  begin(): void {
    const { connection, runtime } = this.#options;
    this.#cancelTimer = runtime.setTimer(() => this.#refuse("no proof of the password in time"), PROOF_TIMEOUT_MS);
    if (connection.channelBinding.length === 0) {
      const message =
        "The transport says nothing that tells this connection from one through somebody in between (`channelBinding`), so no password can be proven on it.";
      this.#refuse("no channel binding", replicationError("transport-failed", message, {}));
      return;
    }
    this.#send({ type: "challenge", protocol: PROTOCOL_VERSION, nonce: this.#own.nonce });
  }

  received(bytes: Uint8Array): void {
    if (this.#expects === "nothing") return;
    if (this.#expects === "verdict") return this.#keep(bytes);
    const message = this.#decode(bytes);
    if (message === undefined) return;
    if (this.#expects === "challenge" && message.type === "hello") {
      this.#refuse(`${UNAUTHORIZED}the room has a password, and one of the two has none`);
    } else if (this.#expects === "challenge" && message.type === "challenge" && message.nonce !== this.#own.nonce) {
      this.#prove({ nodeId: this.#options.connection.peer, nonce: message.nonce });
    } else if (this.#expects === "proof" && message.type === "proof") {
      this.#judge(message.mac);
    } else {
      const reason = `a ${message.type} before its proof of the password`;
      const { peer } = this.#options.connection;
      const text = `Replica ${peer} sent what no replica sends (${reason}); its connection is closed.`;
      this.#refuse(REFUSED + reason, replicationError("invalid-frame", text, { nodeId: peer, reason }));
    }
  }

  /** Nothing comes of it any more. */
  end(): void {
    this.#expects = "nothing";
    this.#cancelTimer();
  }

  /** A peer that has verified our proof says hello, and waits for ours: nobody has more to say by now. */
  #keep(bytes: Uint8Array): void {
    if (this.#early !== undefined) return this.#refuse(`${REFUSED}several messages before a hello`);
    this.#early = bytes;
  }

  #decode(bytes: Uint8Array): Message | undefined {
    try {
      return decodeMessage(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(frameRefusal(error), frameError(this.#options.connection.peer, error));
      return undefined;
    }
  }

  #prove(peer: Party): void {
    this.#expects = "proof";
    this.#peer = peer;
    this.#step(async () => {
      const mac = await this.#options.keys.prove(this.#transcript(this.#own, peer));
      this.#send({ type: "proof", mac });
    });
  }

  #judge(mac: string): void {
    this.#expects = "verdict";
    this.#step(async () => {
      const transcript = this.#transcript(this.#peer!, this.#own);
      const isRight = await this.#options.keys.isProof(mac, transcript);
      if (this.#expects !== "verdict") return;
      if (!isRight) return this.#refuse(`${UNAUTHORIZED}its password is another, or somebody stands between the two`);
      this.end();
      this.#options.admitted(this.#early);
    });
  }

  #transcript(prover: Party, verifier: Party): Uint8Array {
    const { channelBinding } = this.#options.connection;
    return proofTranscript({ prover, verifier, channelBinding, protocol: PROTOCOL_VERSION });
  }

  #step(step: () => Promise<void>): void {
    this.#steps = this.#steps.then(step).catch((cause: unknown) => {
      const message = "The platform's cryptography failed, so no password could be proven; the connection is closed.";
      this.#refuse("no password could be proven", replicationError("transport-failed", message, {}, { cause }));
    });
  }

  #refuse(reason: string, error?: ReplicationError): void {
    if (this.#expects === "nothing") return;
    this.end();
    this.#options.refused(reason, error);
  }

  #send(message: Message): void {
    if (this.#expects === "nothing") return;
    this.#options.connection.send(encodeMessage(message, { compress: false }).bytes, "control");
  }
}
