import { Lab, type Site } from "./replica-lab.fixture.ts";
import { NEIGHBOURS_INTERVAL_MS } from "./neighbourhood.ts";
import { nodeOf, recordOf } from "./replica-state.fixture.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";

/** Long enough for routes to be told across any mesh of a test. */
export const ROUTES_KNOWN_MS: number = 30 * NEIGHBOURS_INTERVAL_MS;

/** A room of replicas 1 to `size`, of whom the first few vote and none is enrolled, with these connections alone. */
export function meshRoom(
  size: number,
  voters: readonly number[],
  connections: readonly (readonly [number, number])[],
  fields: Partial<ReplicaSetRecord> = {},
): { lab: Lab; sites: Site[]; site: (n: number) => Site } {
  const lab = new Lab();
  const all = Array.from({ length: size }, (_, i) => i + 1);
  const barred = all.filter((n) => !voters.includes(n)).map((n) => nodeOf(n));
  const replicaSet = recordOf(voters, { barred, ...fields });
  const sites = all.map((n) => lab.site(n, { image: { replicaSet } }));
  const site = (n: number): Site => sites[n - 1]!;
  for (const [a, b] of connections) lab.connect(site(a), site(b));
  lab.pass(ROUTES_KNOWN_MS);
  return { lab, sites, site };
}

/** 1 - 2 - ... - size */
export function chain(size: number): [number, number][] {
  return Array.from({ length: size - 1 }, (_, i) => [i + 1, i + 2]);
}

/** The chain, closed. */
export function ring(size: number): [number, number][] {
  return [...chain(size), [size, 1]];
}

/** All pairs. */
export function full(size: number): [number, number][] {
  return Array.from({ length: size }, (_, i) => i + 1).flatMap((a) =>
    Array.from({ length: size - a }, (_, i): [number, number] => [a, a + i + 1]),
  );
}
