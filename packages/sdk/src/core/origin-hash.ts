import type { Dot } from "./dot.ts";
import { takeIn, takeInInteger } from "./hash-mix.ts";
import type { Origin } from "./node-id.ts";

/** A hash that has taken in an origin: its first four bytes, then its last four. */
export function takeInOrigin(hash: number, origin: Origin): number {
  const first = takeIn(hash, Number.parseInt(origin.slice(0, 8), 16));
  return takeIn(first, Number.parseInt(origin.slice(8, 16), 16));
}

export function takeInDot(hash: number, { origin, seq }: Dot): number {
  return takeInInteger(takeInOrigin(hash, origin), seq);
}
