import type { Effect } from "./effects.ts";
import type { StoredVersion } from "./version.ts";

type Loaded = readonly (StoredVersion | undefined)[];

/** Payloads that have been asked for of the store. */
export class PayloadLoads {
  readonly #emit: (effect: Effect) => void;
  readonly #waiting = new Map<number, (versions: Loaded) => void>();
  #last = 0;

  constructor(emit: (effect: Effect) => void) {
    this.#emit = emit;
  }

  begin(keys: readonly string[], then: (versions: Loaded) => void): void {
    const load = ++this.#last;
    this.#waiting.set(load, then);
    this.#emit({ type: "load", load, keys });
  }

  loaded(load: number, versions: Loaded): void {
    this.#waiting.get(load)?.(versions);
    this.#waiting.delete(load);
  }
}
