import type { Replicator, VectorEntry } from "@vecmesh/sdk";
import type { Vocabulary } from "../meaning/vocabulary.ts";

/** How many of the vocabulary's words are loaded: its most frequent. */
export const LOADED_WORDS = 5_000;
/** Entries a write: large enough for the store's speed, small enough for the progress bar to move. */
const BATCH = 250;

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly entriesPerSecond: number;
}

interface Pacing {
  readonly now: () => number;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Writes the most frequent words with their real vectors as entries, those left out that are here already. At `one`: the others get them in
 * the background.
 * @throws ReplicationError as `writeBatch` does; what was written until then stays.
 */
export async function loadWords(
  replicator: Pick<Replicator, "writeBatch">,
  vocabulary: Vocabulary,
  isHere: (id: string) => boolean,
  pacing: Pacing,
): Promise<void> {
  const entries: VectorEntry[] = [];
  vocabulary.words.slice(0, LOADED_WORDS).forEach((word, rank) => {
    const id = wordId(word);
    if (!isHere(id)) entries.push({ id, vector: vocabulary.vectorAt(rank), metadata: { kind: "word", word } });
  });
  await inBatches(entries, pacing, (batch) => replicator.writeBatch(batch, { consistency: "one" }));
}

/** Deletes loaded words again, everywhere. */
export async function removeWords(
  replicator: Pick<Replicator, "deleteBatch">,
  ids: readonly string[],
  pacing: Pacing,
): Promise<void> {
  await inBatches([...ids], pacing, (batch) => replicator.deleteBatch(batch, { consistency: "one" }));
}

function wordId(word: string): string {
  return `word/${word}`;
}

async function inBatches<T>(
  items: readonly T[],
  { now, onProgress }: Pacing,
  write: (batch: readonly T[]) => Promise<unknown>,
): Promise<void> {
  const startedAt = now();
  onProgress({ done: 0, total: items.length, entriesPerSecond: 0 });
  for (let from = 0; from < items.length; from += BATCH) {
    const batch = items.slice(from, from + BATCH);
    await write(batch);
    const done = from + batch.length;
    const seconds = (now() - startedAt) / 1000;
    onProgress({ done, total: items.length, entriesPerSecond: seconds > 0 ? done / seconds : 0 });
  }
}
