/** Every fault that a run may inject; `faults.ts` says what each does. */
export const FAULTS = [
  "crash",
  "power-cut",
  "broken-connection",
  "one-way-loss",
  "stalled-connection",
  "partition",
  "frozen-peer",
  "clock-jump",
  "full-disk",
  "restored-backup",
  "evicted-store",
  "cloned-store",
  "lying-peer",
] as const;

export type FaultName = (typeof FAULTS)[number];
