import { compareDots } from "./dot.ts";
import type { DurableState, IndexedVersion } from "./durable-state.ts";
import { ItemList } from "./reconciliation.ts";

/** All versions that a replica holds, as they are compared with a peer's. */
export function itemsOf(state: DurableState): ItemList {
  const byOrigin = new Map<string, IndexedVersion[]>();
  for (const [, siblings] of state.all()) {
    for (const version of siblings) {
      const ofOrigin = byOrigin.get(version.dot.origin);
      if (ofOrigin === undefined) byOrigin.set(version.dot.origin, [version]);
      else ofOrigin.push(version);
    }
  }
  // Sorted origin by origin: comparing numbers is quick, and a whole store must be listed within one task (P6).
  const origins = [...byOrigin.values()].sort((a, b) => compareDots(a[0]!.dot, b[0]!.dot));
  return new ItemList(origins.flatMap((versions) => versions.sort((a, b) => a.dot.seq - b.dot.seq)));
}
