import type { ConsistencyLevel } from "@vecmesh/sdk";
import type { Tab } from "./tab.ts";

/**
 * Writes that a tab makes one after the other until it is told to stop, or dies. What was acknowledged is noted here,
 * outside of the tab, so that it outlives it.
 */
export class WriteStream {
  /** The ids of the acknowledged, in order. Each entry says its id. */
  readonly acknowledged: string[] = [];
  readonly #tab: Tab;

  private constructor(tab: Tab) {
    this.#tab = tab;
  }

  /** The ids begin with `name`. */
  static async start(tab: Tab, name: string, consistency: ConsistencyLevel): Promise<WriteStream> {
    const stream = new WriteStream(tab);
    await tab.page.exposeFunction("acknowledged", (id: string) => void stream.acknowledged.push(id));
    await tab.page.evaluate(([prefix, level]) => window.app.startStream(prefix, level), [name, consistency] as const);
    return stream;
  }

  /** Resolves when the last write has ended and been noted. */
  stop(): Promise<void> {
    return this.#tab.page.evaluate(() => window.app.stopStream());
  }
}
