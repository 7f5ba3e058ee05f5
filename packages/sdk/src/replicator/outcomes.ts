import type { Outcome, SyncReport, WriteReceipt } from "../core/effects.ts";
import type { StoredVersion } from "../core/version.ts";
import { replicationError } from "../core/replication-error.ts";

export function closedError(advice: string): Error {
  return replicationError("closed", `The replicator is closed. ${advice}`, {});
}

export function receiptOf(outcome: Outcome): WriteReceipt {
  if (outcome.kind !== "receipt") throw new Error(`Unexpected outcome: ${outcome.kind}`);
  return outcome.receipt;
}

export function reportOf(outcome: Outcome): SyncReport {
  if (outcome.kind !== "sync-report") throw new Error(`Unexpected outcome: ${outcome.kind}`);
  return outcome.report;
}

export function versionsOf(outcome: Outcome): readonly StoredVersion[] {
  if (outcome.kind !== "versions") throw new Error(`Unexpected outcome: ${outcome.kind}`);
  return outcome.versions;
}
