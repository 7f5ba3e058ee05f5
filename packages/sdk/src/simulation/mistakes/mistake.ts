/** A wrong variant of one module, which the simulator has to find out. */
export interface Mistake {
  readonly name: string;
  readonly rule: string;
  /** The module's path under `src`. */
  readonly module: string;
  /** What the wrong module exports in place of the right one. */
  readonly plant: (right: never) => object;
  /** The seed from which a test begins to look. */
  readonly from: number;
  /** How many seeds it took from seed 1 when it was last measured, where that is too long for every test run. */
  readonly took: number | undefined;
}

/**
 * Plants a mistake. `from` and `took`: begin near the seed that finds it, where the way from seed 1 is long; measure it by
 * `npm run sim -- --mistakes`.
 */
// The parameter is what lets each variant be checked against the module that it replaces.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function mistake<M>(
  name: string,
  rule: string,
  module: string,
  plant: (right: M) => object,
  search?: { readonly from: number; readonly took: number },
): Mistake {
  return { name, rule, module, plant, from: search?.from ?? 1, took: search?.took };
}
