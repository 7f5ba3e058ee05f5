import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

declare global {
  interface Window {
    readonly scenario: ProviderScenario;
  }
}

/** What y-webrtc's provider and ours have in common, as far as a page of an application needs it. */
interface Provider {
  readonly awareness: Awareness;
  readonly connected: boolean;
  connect(): void;
  disconnect(): void;
  destroy(): unknown;
  /** MeshProvider's alone. */
  flush?(options: { timeoutMs: number }): Promise<void>;
  on(event: "synced", listener: (event: { synced: boolean }) => void): unknown;
  on(event: "status", listener: (event: { connected: boolean }) => void): unknown;
  on(event: "peers", listener: (event: { webrtcPeers: string[] }) => void): unknown;
}

type ProviderClass = new (
  room: string,
  doc: Y.Doc,
  options: {
    signaling: string[];
    password?: string;
    maxConns?: number;
    filterBcConns?: boolean;
    peerOpts: { config: RTCConfiguration };
    persist?: boolean;
  },
) => Provider;

/** A page that shares a document by whichever provider it has imported. */
class ProviderScenario {
  readonly told: Record<"status" | "synced" | "peers", unknown[]> = { status: [], synced: [], peers: [] };
  readonly #Provider: ProviderClass;
  readonly #doc = new Y.Doc();
  readonly #text = this.#doc.getText("text");
  #provider: Provider | undefined;

  constructor(Provider: ProviderClass) {
    this.#Provider = Provider;
  }

  join(room: string, signaling: string, password?: string, persist?: boolean): void {
    this.#provider = new this.#Provider(room, this.#doc, {
      signaling: [signaling],
      ...(password !== undefined && { password }),
      ...(persist !== undefined && { persist }),
      maxConns: 20,
      filterBcConns: true,
      peerOpts: { config: { iceServers: [] } },
    });
    this.#provider.on("status", ({ connected }) => this.told.status.push(connected));
    this.#provider.on("synced", ({ synced }) => this.told.synced.push(synced));
    this.#provider.on("peers", ({ webrtcPeers }) => this.told.peers.push(webrtcPeers.length));
  }

  get provider(): Provider {
    if (this.#provider === undefined) throw new Error("This page has not joined a room.");
    return this.#provider;
  }

  get text(): string {
    return this.#text.toJSON();
  }

  append(text: string): void {
    this.#text.insert(this.#text.length, text);
  }

  /** Letters that repeat nothing for long: so many as no message of a data channel holds. */
  fill(length: number): void {
    let seed = 1;
    const letters = Array.from({ length }, () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return String.fromCharCode(97 + ((seed >>> 24) % 26));
    });
    this.append(letters.join(""));
  }

  get length(): number {
    return this.#text.length;
  }

  /** What became of a flush to a quorum: an error's code, or nothing. */
  async flush(timeoutMs: number): Promise<string | undefined> {
    try {
      await this.provider.flush?.({ timeoutMs });
      return undefined;
    } catch (error) {
      return (error as { readonly code: string }).code;
    }
  }

  say(name: string): void {
    this.provider.awareness.setLocalState({ name });
  }

  get names(): string[] {
    const states = [...this.provider.awareness.getStates().values()];
    return states.flatMap(({ name }) => (typeof name === "string" ? [name] : [])).sort();
  }
}

export function openScenario(Provider: ProviderClass): void {
  Object.defineProperty(window, "scenario", { value: new ProviderScenario(Provider) });
}
