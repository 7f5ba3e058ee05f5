import { fromBase64Url, toBase64Url } from "../../core/base64url.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Relay } from "../relay/relay.ts";
import { parseEnvelope, type Envelope, type Instance, type Letter, type SealedEnvelope } from "./envelope.ts";
import type { Signaling, SignalingChannel, SignalingEvents, SignalingSelf } from "./signaling.ts";

/** AES-GCM's own length; random ones may seal 2^32 envelopes by one key, at a hundred a second for a year. */
const NONCE_BYTES = 12;
/** Letters come faster than they are opened only in a flood. What is dropped is said again. */
const MAX_UNOPENED = 256;

/**
 * The same way of signaling, with everything sealed by a room's password (T8): who carries it learns neither who is in the room nor by
 * which addresses they connect, and cannot put certificates of its own in place of theirs.
 */
export function sealedSignaling(signaling: Signaling, key: CryptoKey, runtime: Runtime): Signaling {
  return {
    open: (room, self, events) => new SealedChannel(signaling, new Seal(key, room, runtime), room, self, events),
  };
}

class SealedChannel implements SignalingChannel {
  readonly #inner: SignalingChannel;
  readonly #seal: Seal;
  readonly #events: SignalingEvents;
  /** Sealing and opening take moments, and what is sent first arrives first. */
  #outbox: Promise<void> = Promise.resolve();
  #inbox: Promise<void> = Promise.resolve();
  #unopened = 0;
  #farewell: SealedEnvelope | undefined;
  #closed = false;

  constructor(signaling: Signaling, seal: Seal, room: string, self: SignalingSelf, events: SignalingEvents) {
    this.#seal = seal;
    this.#events = events;
    // Who is there is told by instances; the NodeIds, which last, are none of its business.
    this.#inner = signaling.open(
      room,
      { ...self, nodeId: self.instance },
      {
        opened: () => events.opened(),
        present: (instances) => events.present(instances),
        received: (envelope) => events.unreadable(envelope),
        unreadable: (letter) => this.#open(letter),
        lost: (instance) => this.#inTurn(() => events.lost(instance)),
        error: (error) => events.error(error),
      },
    );
    void this.#sealFarewell(self);
  }

  get size(): number {
    return this.#inner.size;
  }

  refresh(): void {
    this.#inner.refresh();
  }

  /** What it passes on is sealed by keys that not even the room has. */
  get relay(): Relay | undefined {
    return this.#inner.relay;
  }

  send(letter: Letter): void {
    if (letter.type === "sealed") return this.#inner.send(letter);
    if (letter.type === "goodbye") {
      if (this.#farewell !== undefined) this.#inner.send(this.#farewell);
      return;
    }
    this.#outbox = this.#outbox.then(async () => {
      const sealed = await this.#seal.seal(letter);
      if (!this.#closed) this.#inner.send(sealed);
    });
  }

  wake(): void {
    this.#inner.wake();
  }

  close(): void {
    this.#closed = true;
    this.#inner.close();
  }

  /** Beforehand: a page that is being closed has no moment left. */
  async #sealFarewell({ nodeId, instance }: SignalingSelf): Promise<void> {
    const goodbye = { type: "goodbye", nodeId, instance, openedAt: 0, upMs: 0, to: undefined };
    this.#farewell = await this.#seal.seal(goodbye as Envelope);
  }

  #open(letter: Letter): void {
    if (letter.type !== "sealed" || this.#unopened >= MAX_UNOPENED) return;
    this.#unopened++;
    const opened = this.#seal.open(letter);
    this.#inTurn(async () => {
      const content = await opened;
      this.#unopened--;
      if (this.#closed) return;
      if (content === undefined) return this.#events.unreadable(letter);
      const envelope = parseEnvelope(content);
      if (envelope?.instance === letter.instance && envelope.to === letter.to) this.#events.received(envelope);
    });
  }

  #inTurn(step: () => void | Promise<void>): void {
    this.#inbox = this.#inbox.then(async () => {
      if (!this.#closed) await step();
    });
  }
}

/** One room's, for envelopes. */
class Seal {
  readonly #key: CryptoKey;
  readonly #room: string;
  readonly #runtime: Runtime;

  constructor(key: CryptoKey, room: string, runtime: Runtime) {
    this.#key = key;
    this.#room = room;
    this.#runtime = runtime;
  }

  async seal(envelope: Envelope): Promise<SealedEnvelope> {
    const { instance, to } = envelope;
    const iv = new Uint8Array(this.#runtime.randomBytes(NONCE_BYTES));
    const content = new TextEncoder().encode(JSON.stringify(envelope));
    const encrypted = new Uint8Array(await crypto.subtle.encrypt(this.#cipher(iv, instance, to), this.#key, content));
    const bytes = new Uint8Array(NONCE_BYTES + encrypted.length);
    bytes.set(iv);
    bytes.set(encrypted, NONCE_BYTES);
    return { type: "sealed", instance, to, sealed: toBase64Url(bytes) };
  }

  /** The JSON value in it; undefined where it was sealed by another key, or changed, or is for another room, sender or receiver. */
  async open({ instance, to, sealed }: SealedEnvelope): Promise<unknown> {
    try {
      const bytes = fromBase64Url(sealed);
      const cipher = this.#cipher(bytes.subarray(0, NONCE_BYTES), instance, to);
      const content = await crypto.subtle.decrypt(cipher, this.#key, bytes.subarray(NONCE_BYTES));
      return JSON.parse(new TextDecoder().decode(content)) as unknown;
    } catch {
      return undefined;
    }
  }

  #cipher(iv: Uint8Array<ArrayBuffer>, instance: Instance, to: Instance | undefined): AesGcmParams {
    const context = JSON.stringify([`vecmesh:${this.#room}`, instance, to ?? ""]);
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(context) };
  }
}
