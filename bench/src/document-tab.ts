import { MeshProvider } from "@vecmesh/sdk/yjs";
import type { Awareness } from "y-protocols/awareness";
import type { ConnectionLog, ConnectionWatch, WireBytes } from "./connection-log.ts";
import { until } from "./until.ts";
import { WebrtcProvider } from "y-webrtc";
import * as Y from "yjs";

export interface DocumentOptions {
  readonly room: string;
  readonly signaling: string;
  readonly provider: "vecmesh" | "y-webrtc";
}

/** What is typed, letter by letter, until the text has so many: each is a transaction of its own. */
export interface Typing {
  readonly letters: number;
}

const SETTLED_MS = 250;

interface Provider {
  readonly awareness: Awareness;
  destroy(): void;
}

/** A Y.Doc with a text, shared by either provider with its defaults; neither keeps it. */
export class DocumentTab {
  readonly #options: DocumentOptions;
  readonly #watch: ConnectionWatch;
  readonly #doc = new Y.Doc();
  readonly #text = this.#doc.getText("text");
  #provider: Provider | undefined;

  constructor(options: DocumentOptions, connections: ConnectionLog) {
    this.#options = options;
    this.#watch = connections.watch();
  }

  type({ letters }: Typing): void {
    for (let i = this.#text.length; i < letters; i++) this.#text.insert(i, letterAt(i));
  }

  /** Resolves when it has announced itself: two of y-webrtc that hear of each other at once may both wait for ever (10.3). */
  async start(): Promise<void> {
    const { room, signaling, provider } = this.#options;
    // Without servers of simple-peer's own choice: nothing outside this machine is asked.
    const options = { signaling: [signaling], peerOpts: { config: { iceServers: [] } } };
    const joined =
      provider === "vecmesh"
        ? new MeshProvider(room, this.#doc, options)
        : new WebrtcProvider(room, this.#doc, options);
    this.#provider = joined;
    joined.awareness.setLocalState({ here: true });
    if (joined instanceof WebrtcProvider) await until(() => joined.signalingConns.every(({ connected }) => connected));
  }

  /** Starts, and waits until all that the other has typed is here: milliseconds. */
  async catchUp(typing: Typing): Promise<number> {
    const started = performance.now();
    void this.start();
    return (await this.showsAll(typing)) - started;
  }

  /** Each sees the other. */
  async connected(): Promise<void> {
    await until(() => (this.#provider?.awareness.getStates().size ?? 0) > 1);
  }

  async prepareWrites(typing: Typing): Promise<() => Promise<void>> {
    return async () => this.type(typing);
  }

  /** Resolves with `performance.now()` when all is here. */
  async showsAll({ letters }: Typing): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#text.length < letters) return;
        this.#text.unobserve(look);
        resolve(performance.now());
      };
      this.#text.observe(look);
      look();
    });
  }

  async verify({ letters }: Typing): Promise<void> {
    const expected = Array.from({ length: letters }, (_, i) => letterAt(i)).join("");
    if (this.#text.toJSON() !== expected) throw new Error("The document is not what was typed");
  }

  /** When nothing more comes: the browser counts a little later than it sends, and keeps a count for a moment. */
  async wireBytes(): Promise<WireBytes> {
    for (let before = await this.#watch.wireBytes(); ;) {
      await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
      const now = await this.#watch.wireBytes();
      if (now.channels > 0 && now.channels === before.channels) return now;
      before = now;
    }
  }

  close(): void {
    this.#provider?.destroy();
    this.#doc.destroy();
  }
}

function letterAt(i: number): string {
  return String.fromCharCode(97 + ((i * 7 + (i >> 4)) % 26));
}
