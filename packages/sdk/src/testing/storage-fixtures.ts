import { isReplicationError } from "../core/replication-error.ts";
import type { CommitBatch, Store } from "../ports/storage.ts";

type Pair = readonly [key: string, value: Uint8Array];

export function puts(...pairs: Pair[]): CommitBatch {
  return { puts: pairs, deletes: [] };
}

export function deletes(...keys: string[]): CommitBatch {
  return { puts: [], deletes: keys };
}

/** A value that tells which one it is. */
export function value(number: number): Uint8Array {
  return Uint8Array.of(number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff);
}

export async function readAll(store: Store, prefix: string = ""): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const chunk of store.scan(prefix)) pairs.push(...chunk);
  return pairs;
}

/** The code that a promise rejects with; `resolved` or the foreign error's text when it does not. */
export async function rejectionCode(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "resolved";
  } catch (error) {
    return isReplicationError(error) ? error.code : `not a ReplicationError: ${String(error)}`;
  }
}
