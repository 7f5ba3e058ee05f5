import type { EphemeralChannel, EphemeralEvent, EphemeralListener } from "../core/ephemeral-channel.ts";
import { MAX_CHANNEL_BYTES, MAX_EPHEMERAL_BYTES } from "../core/codec/limits.ts";
import { callListener } from "./call-listener.ts";
import { ByteAllowance } from "../core/byte-allowance.ts";
import type { Input } from "../core/effects.ts";
import type { NodeId } from "../core/node-id.ts";
import { refuse } from "./config.ts";
import type { Runtime } from "../ports/runtime.ts";

/** What this replica may say: a few dozen cursors a second, and a page of text that is pasted. */
const SAID: { readonly atOnce: number; readonly perSecond: number } = { atOnce: 256 * 1024, perSecond: 64 * 1024 };

/** The ephemeral channels that are open here (T12). */
export class EphemeralChannels {
  readonly #dispatch: (input: Input) => void;
  readonly #runtime: Pick<Runtime, "now">;
  readonly #allowance: ByteAllowance;
  readonly #listeners = new Map<string, Set<EphemeralListener>>();
  readonly #neighbours = new Set<NodeId>();

  constructor(dispatch: (input: Input) => void, runtime: Pick<Runtime, "now">) {
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#allowance = new ByteAllowance(SAID.atOnce, SAID.perSecond, runtime.now());
  }

  /** @throws ReplicationError `invalid-config` */
  open(name: string): EphemeralChannel {
    const length = typeof name === "string" ? new TextEncoder().encode(name).length : 0;
    if (length < 1 || length > MAX_CHANNEL_BYTES) refuse("name", `a text of 1 to ${MAX_CHANNEL_BYTES} bytes in UTF-8`);
    this.#dispatch({ type: "open-channels" });
    return {
      send: (bytes) => this.#say(name, bytes, undefined),
      sendTo: (nodeId, bytes) => this.#say(name, bytes, nodeId),
      listen: (listener) => this.#listen(name, listener),
    };
  }

  heard(event: EphemeralEvent): void {
    switch (event.type) {
      case "message":
        for (const listener of this.#listeners.get(event.channel) ?? [])
          callListener(() => listener.message?.(event.from, event.bytes.slice()));
        return;
      case "joined":
        this.#neighbours.add(event.nodeId);
        this.#tellAll((listener) => listener.joined?.(event.nodeId));
        return;
      case "parted":
        this.#neighbours.delete(event.nodeId);
        return;
      case "left":
        this.#tellAll((listener) => listener.left?.(event.nodeId));
        return;
    }
  }

  #tellAll(tell: (listener: EphemeralListener) => void): void {
    for (const listeners of this.#listeners.values())
      for (const listener of listeners) callListener(() => tell(listener));
  }

  #say(channel: string, bytes: Uint8Array, to: NodeId | undefined): boolean {
    if (!(bytes instanceof Uint8Array) || bytes.length > MAX_EPHEMERAL_BYTES)
      refuse("bytes", `a Uint8Array of at most ${MAX_EPHEMERAL_BYTES} bytes`);
    if (!this.#allowance.take(bytes.length, this.#runtime.now())) return false;
    this.#dispatch({ type: "say", channel, bytes: bytes.slice(), to });
    return true;
  }

  #listen(name: string, listener: EphemeralListener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    for (const nodeId of this.#neighbours) callListener(() => listener.joined?.(nodeId));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(name);
    };
  }
}
