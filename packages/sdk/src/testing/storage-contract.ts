import { contractCommits } from "./storage-contract-commits.ts";
import { contractHolding } from "./storage-contract-holding.ts";
import { contractReads } from "./storage-contract-reads.ts";
import type { ContractRunner } from "./contract-runner.ts";
import type { StorageSubject } from "./storage-subject.ts";

/**
 * The acceptance suite of the storage port (D4): what the replicator relies on and an adapter must therefore do.
 * Call it in a test file of yours; it registers its tests with the runner that you pass.
 *
 * ```ts
 * import { describe, expect, it } from "vitest";
 * storageContract({ describe, it, expect }, { name: "my storage", adapter: () => myStorage(folder) });
 * ```
 *
 * Each test works in rooms of its own and erases them, so it may run on a profile in use. Allow a test 30 seconds on
 * a slow disk. What only a crash can show (that a strict commit survives it) is left to tests of the adapter's own.
 */
export function storageContract(runner: ContractRunner, subject: StorageSubject): void {
  runner.describe(`storage contract: ${subject.name}`, () => {
    contractCommits(runner, subject);
    contractReads(runner, subject);
    contractHolding(runner, subject);
  });
}
