import type { Origin } from "./node-id.ts";

/** The name of one write, forever: the `seq`th write (from 1) of one opening of a store (C2). */
export interface Dot {
  readonly origin: Origin;
  readonly seq: number;
}

export function compareDots(a: Dot, b: Dot): number {
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1;
  return a.seq - b.seq;
}

export function sameDot(a: Dot, b: Dot): boolean {
  return a.seq === b.seq && a.origin === b.origin;
}

/** A dot as a map key. */
export function dotKey(dot: Dot): string {
  return `${dot.origin}:${dot.seq}`;
}
