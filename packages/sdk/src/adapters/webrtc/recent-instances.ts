import type { Instance } from "../signaling/envelope.ts";

/** A late straggler of one that left comes within seconds; so many do not leave in that time. */
const MAX_REMEMBERED_INSTANCES = 256;

/** The newest few of the instances that were added. */
export class RecentInstances {
  readonly #instances = new Set<Instance>();

  has(instance: Instance): boolean {
    return this.#instances.has(instance);
  }

  add(instance: Instance): void {
    this.#instances.add(instance);
    const [oldest] = this.#instances;
    if (this.#instances.size > MAX_REMEMBERED_INSTANCES && oldest !== undefined) this.#instances.delete(oldest);
  }
}
