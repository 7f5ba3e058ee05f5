import type { RunKind } from "../kinds-of-runs.ts";

/** Where a test looks for a mistake. */
export interface Search {
  /** The seed from which it begins to look: 1, if it does not say. */
  readonly from?: number;
  /** How many seeds it took from seed 1 when it was last measured, where that is too long for every test run. */
  readonly took?: number;
  /** The kind of runs that is about what the mistake breaks: seeds of others are passed over. All kinds, if it does not say. */
  readonly among?: RunKind;
  /** Whether it takes a look into the memory, which ordinary runs do not. */
  readonly looksIntoMemory?: boolean;
}

/** A wrong variant of one module, which the simulator has to find out. */
export interface Mistake {
  readonly name: string;
  readonly rule: string;
  /** The module's path under `src`. */
  readonly module: string;
  /** What the wrong module exports in place of the right one. */
  readonly plant: (right: never) => object;
  readonly search: Search;
}

/**
 * Plants a mistake. `search`: begin near the seed that finds it, where the way from seed 1 is long, and pass over what cannot find it;
 * measure it by `npm run sim -- --mistakes`.
 */
// The parameter is what lets each variant be checked against the module that it replaces.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function mistake<M>(
  name: string,
  rule: string,
  module: string,
  plant: (right: M) => object,
  search: Search = {},
): Mistake {
  return { name, rule, module, plant, search };
}
