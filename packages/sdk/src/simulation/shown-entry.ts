import type { StoredEntry } from "../replicator/entry-reader.ts";

/** An entry as its user sees it, to the last bit, as text. */
export function shownEntry(entry: StoredEntry): string {
  const { vector, conflicts, ...rest } = entry;
  const others = conflicts.map((other) => ({ ...other, vector: bytesOf(other.vector) }));
  return JSON.stringify({ ...rest, vector: bytesOf(vector), conflicts: others });
}

function bytesOf(vector: Float32Array): number[] {
  return [...new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)];
}
