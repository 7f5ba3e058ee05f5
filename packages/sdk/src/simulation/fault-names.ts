/** Every fault that a run may inject; `faults.ts` says what each does. */
export const FAULTS = [
  "crash",
  "power-cut",
  "rolled-back-commit",
  "crash-before-ack",
  "broken-connection",
  "cut-in-flight",
  "replaced-connection",
  "one-way-loss",
  "stalled-connection",
  "delayed-connection",
  "back-pressure",
  "partition",
  "partial-partition",
  "frozen-peer",
  "clock-jump",
  "full-disk",
  "restored-backup",
  "long-absence",
  "evicted-store",
  "cloned-store",
  "torn-store",
  "flipped-bit",
  "lying-peer",
  "concurrent-reconfiguration",
] as const;

export type FaultName = (typeof FAULTS)[number];
