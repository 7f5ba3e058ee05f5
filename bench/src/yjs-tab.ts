import { WebrtcProvider } from "y-webrtc";
import * as Y from "yjs";
import { until } from "./until.ts";
import { idOf, vectorsOf, type VectorSource } from "./vectors.ts";

export interface YjsOptions {
  readonly room: string;
  readonly signaling: string;
}

/** A Y.Map of the vectors' bytes, the shortest that Yjs stores, kept equal by y-webrtc. In memory only. */
export class YjsTab {
  readonly #options: YjsOptions;
  readonly #doc = new Y.Doc();
  readonly #entries: Y.Map<Uint8Array> = this.#doc.getMap("entries");
  #provider: WebrtcProvider | undefined;

  constructor(options: YjsOptions) {
    this.#options = options;
  }

  async load(source: VectorSource): Promise<void> {
    const vectors = await vectorsOf(source);
    this.#doc.transact(() => this.#setAll(vectors));
  }

  /** Resolves when it has announced itself: two that hear of each other at once may both wait for ever (y-webrtc 10.3). */
  async start(): Promise<void> {
    const { room, signaling } = this.#options;
    // Without servers of simple-peer's own choice, as vecmesh: nothing outside this machine is asked.
    const provider = new WebrtcProvider(room, this.#doc, {
      signaling: [signaling],
      peerOpts: { config: { iceServers: [] } },
    });
    this.#provider = provider;
    await until(() => provider.signalingConns.every(({ connected }) => connected));
  }

  /** Starts, and waits until every entry is here. Milliseconds; `null` when that takes longer than `limitMs`. */
  async catchUp({ count }: VectorSource, limitMs: number): Promise<number | null> {
    const started = performance.now();
    void this.start();
    const ended = await until(() => this.#entries.size >= count || performance.now() - started > limitMs);
    return this.#entries.size >= count ? ended - started : null;
  }

  async connected(): Promise<void> {
    await until(() => [...(this.#provider?.room?.webrtcConns.values() ?? [])].some(({ synced }) => synced));
  }

  /** One set an entry, each a transaction of its own, as separate edits are. What is returned writes. */
  async prepareWrites(source: VectorSource): Promise<() => Promise<void>> {
    const vectors = await vectorsOf(source);
    return async () => this.#setAll(vectors);
  }

  /** Resolves with `performance.now()` when every entry is here. */
  async showsAll({ count }: VectorSource): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#entries.size < count) return;
        this.#entries.unobserve(look);
        resolve(performance.now());
      };
      this.#entries.observe(look);
    });
  }

  async verify(source: VectorSource): Promise<void> {
    for (const [i, vector] of (await vectorsOf(source)).entries()) {
      const bytes = this.#entries.get(idOf(i));
      const sent = new Uint8Array(vector.buffer);
      if (bytes?.length !== sent.length || sent.some((byte, at) => byte !== bytes[at])) {
        throw new Error(`Yjs: the vector of ${idOf(i)} is not what was written`);
      }
    }
  }

  close(): void {
    this.#provider?.destroy();
    this.#doc.destroy();
  }

  #setAll(vectors: readonly Float32Array<ArrayBuffer>[]): void {
    for (const [i, vector] of vectors.entries()) this.#entries.set(idOf(i), new Uint8Array(vector.buffer));
  }
}
