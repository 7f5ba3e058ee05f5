import { fromBase64Url, toBase64Url } from "../../core/base64url.ts";
import { DecodeError } from "../../core/codec/decode-error.ts";
import { bytesToHex } from "../../core/node-id.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Instance } from "../signaling/envelope.ts";
import type { RelaySignal, Signal } from "../signaling/signal.ts";
import type { FrameChannel, FrameChannelEvents } from "../webrtc/frame-channel.ts";
import { LINE_NAME_BYTES, type LineName, type Relay, type RelayLine } from "./relay.ts";
import { RelayAgreement, relayNonce, type RelayKeys } from "./relay-keys.ts";
import { decodeRelayPacket, encodeRelayPacket, type RelayPacket } from "./relay-packet.ts";

export interface RelayChannelOptions {
  /** Whether this side offers the connection. */
  readonly initiator: boolean;
  readonly relay: Relay;
  readonly to: Instance;
  /** HMAC, of the room's password. */
  readonly relayingKey: CryptoKey;
  readonly runtime: Runtime;
}

/** Frames for a relay: at the usual rates one takes a tenth of a second, and control waits for no more than a packet of them. */
export const RELAY_FRAME_BYTES: number = 8 * 1024;
/** Frames in one packet, together: in base64 it is well within what a signaling server takes. */
const PACKET_BYTES = 16 * 1024;
/** What may be under way and not yet taken in: it bounds what the server keeps for a slow reader, and brings 640 KiB/s over 100 ms. */
const WINDOW_BYTES = 64 * 1024;
/** What a packet may take beyond its frames: their lengths, and AES-GCM's tag. */
const PACKET_OVERHEAD_BYTES = 1024;
/** After so much it is said that it was taken in, if nothing else is: the window is then never closed to who is read at once. */
const TELL_AFTER_BYTES = WINDOW_BYTES / 4;

/** A way of frames through a signaling server that can neither read nor alter them, for one attempt to connect (T11). */
export class RelayChannel implements FrameChannel {
  readonly maxFrameBytes: number = RELAY_FRAME_BYTES;
  readonly bufferBytes: number = PACKET_BYTES;
  channelBinding: Uint8Array = new Uint8Array();
  readonly #options: RelayChannelOptions;
  readonly #events: FrameChannelEvents;
  #agreement: RelayAgreement | undefined;
  #line: RelayLine | undefined;
  #name: LineName | undefined;
  #keys: RelayKeys | undefined;
  readonly #outbox: Uint8Array<ArrayBuffer>[] = [];
  #drainedBelow = 0;
  #sent = 0;
  #underWay = 0;
  #sealing = false;
  #cancelTimer: (() => void) | undefined;
  /** What came and is not opened yet, and how much that is. */
  #inbox: Promise<void>;
  #unopened = 0;
  #agreed: () => void = () => {};
  #received = 0;
  #taken = 0;
  #done = false;
  bufferedAmount: number = 0;

  constructor(options: RelayChannelOptions, events: FrameChannelEvents) {
    this.#options = options;
    this.#events = events;
    this.#inbox = new Promise((resolve) => (this.#agreed = resolve));
    // Never within the constructor, whose caller could not be told yet.
    if (options.initiator) queueMicrotask(() => void this.#guard(() => this.#offer()));
  }

  signal(signal: Signal): void {
    const expected = this.#options.initiator ? "relay-answer" : "relay-offer";
    if (signal.type === expected) void this.#guard(() => this.#agree(signal));
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#done) return;
    this.#outbox.push(frame);
    this.bufferedAmount += frame.length;
    // Not at once: what is sent in one go leaves in one packet.
    queueMicrotask(() => this.#pump());
  }

  pumpBelow(bytes: number): void {
    this.#drainedBelow = bytes;
  }

  async path(): Promise<"relay"> {
    return "relay";
  }

  destroy(): void {
    this.#done = true;
    this.#cancelTimer?.();
    this.#line?.close();
    this.#outbox.length = 0;
    this.#agreed();
  }

  async #offer(): Promise<void> {
    const name = bytesToHex(this.#options.runtime.randomBytes(LINE_NAME_BYTES)) as LineName;
    this.#openLine(name);
    const { publicKey } = await this.#halfAgreement();
    this.#tell({ type: "relay-offer", line: name, key: toBase64Url(publicKey) });
  }

  async #agree({ line, key }: RelaySignal): Promise<void> {
    const { initiator, relayingKey } = this.#options;
    // A second answer, or one for another line.
    if (this.#done || this.channelBinding.length > 0 || (this.#name !== undefined && this.#name !== line)) return;
    this.#openLine(line);
    const agreement = await this.#halfAgreement();
    const keys = await agreement.keys(fromBase64Url(key), { relayingKey, line, offering: initiator });
    if (this.#done || this.#keys !== undefined) return;
    if (!initiator) this.#tell({ type: "relay-answer", line, key: toBase64Url(agreement.publicKey) });
    this.#keys = keys;
    this.channelBinding = keys.channelBinding;
    this.#events.open();
    this.#agreed();
  }

  async #halfAgreement(): Promise<RelayAgreement> {
    return (this.#agreement ??= await RelayAgreement.begin());
  }

  #tell(signal: RelaySignal): void {
    if (!this.#done) this.#events.signal(signal);
  }

  #openLine(name: LineName): void {
    if (this.#done || this.#line !== undefined) return;
    this.#name = name;
    this.#line = this.#options.relay.open(this.#options.to, name, {
      packet: (bytes) => this.#arrived(bytes),
      closed: (reason) => this.#fail(reason),
    });
    if (this.#line === undefined) this.#fail("no signaling server relays to there, or to no more at a time");
  }

  /** Sends what may leave now, one packet after another. */
  #pump(): void {
    if (this.#sealing || this.#done || this.#keys === undefined) return;
    const mayPush = this.#outbox.length > 0 && this.#underWay < WINDOW_BYTES;
    if (!mayPush && this.#taken < TELL_AFTER_BYTES) return;
    this.#cancelTimer?.();
    const waitMs = this.#line?.waitMs ?? 0;
    if (waitMs > 0) {
      this.#cancelTimer = this.#options.runtime.setTimer(() => this.#pump(), waitMs);
      return;
    }
    this.#sealing = true;
    void this.#guard(async () => {
      await this.#sendPacket(mayPush ? this.#takeFrames() : []);
      this.#sealing = false;
      this.#pump();
    });
  }

  #takeFrames(): Uint8Array<ArrayBuffer>[] {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for (const frame of this.#outbox) {
      if (frames.length > 0 && bytes + frame.length > PACKET_BYTES) break;
      frames.push(frame);
      bytes += frame.length;
    }
    this.#outbox.splice(0, frames.length);
    this.bufferedAmount -= bytes;
    return frames;
  }

  async #sendPacket(frames: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    const { sending } = this.#keys as RelayKeys;
    const content = encodeRelayPacket({ taken: this.#taken, frames });
    this.#taken = 0;
    const cipher = { name: "AES-GCM", iv: relayNonce(this.#sent++) };
    const packet = new Uint8Array(await crypto.subtle.encrypt(cipher, sending, content));
    if (this.#done) return;
    if (frames.length > 0) this.#underWay += packet.length;
    this.#line?.send(packet);
    if (frames.length > 0 && this.bufferedAmount <= this.#drainedBelow) this.#events.drained();
  }

  #arrived(packet: Uint8Array<ArrayBuffer>): void {
    if (this.#done) return;
    this.#unopened += packet.length;
    // An honest peer has no more than a window under way, and a packet beyond it that it began within.
    if (this.#unopened > WINDOW_BYTES + PACKET_BYTES + PACKET_OVERHEAD_BYTES)
      return this.#fail("the peer sends more than it may");
    this.#inbox = this.#inbox.then(() => this.#take(packet));
  }

  /** The nonce is the count of what came before: what was altered, left out, repeated or put in another order opens not. */
  async #take(packet: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#done || this.#keys === undefined) return;
    const cipher = { name: "AES-GCM", iv: relayNonce(this.#received++) };
    let opened: RelayPacket;
    try {
      opened = decodeRelayPacket(new Uint8Array(await crypto.subtle.decrypt(cipher, this.#keys.receiving, packet)));
    } catch (error) {
      const altered = "a relayed packet was lost, repeated or altered on the way";
      return this.#fail(error instanceof DecodeError ? error.message : altered);
    }
    this.#unopened -= packet.length;
    if (this.#done) return;
    const { taken, frames } = opened;
    this.#underWay = Math.max(0, this.#underWay - taken);
    if (frames.length > 0) this.#taken += packet.length;
    for (const frame of frames) if (!this.#done) this.#events.frame(frame);
    this.#pump();
  }

  async #guard(step: () => Promise<void>): Promise<void> {
    try {
      if (!this.#done) await step();
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(reason: string): void {
    if (this.#done) return;
    this.destroy();
    this.#events.closed(reason);
  }
}
