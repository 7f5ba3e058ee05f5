/** About what a browser clones in a few milliseconds, so that no task comes near 50 ms (P6). */
const TARGET_CHUNK_BYTES = 1024 * 1024;
/** Before the size of the values is known. */
const FIRST_CHUNK_PAIRS = 64;
/** Bounds what a run of small values followed by large ones can bring into memory at once. */
const MAX_CHUNK_PAIRS = 512;

/** How many pairs to ask for, given the last chunk: as many as make the target size if values stay as they were. */
export function nextChunkPairs(last?: readonly Uint8Array[]): number {
  if (last === undefined || last.length === 0) return FIRST_CHUNK_PAIRS;
  const bytes = last.reduce((sum, value) => sum + value.byteLength, 0);
  const fitting = Math.floor((TARGET_CHUNK_BYTES * last.length) / Math.max(bytes, 1));
  return Math.min(Math.max(fitting, 1), MAX_CHUNK_PAIRS);
}
