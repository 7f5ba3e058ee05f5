import type { VectorEntry } from "@vecmesh/sdk";

const DIMENSIONS = 100;
/** How many words the vocabulary has. */
const WORDS = 20_000;

/** The most frequent English words as entries: the id is the word, the vector its meaning (GloVe, 100 dimensions). */
export async function loadWords(count: number): Promise<VectorEntry[]> {
  const [words, table] = await Promise.all([
    fetch("vocabulary/words.txt").then((response) => response.text()),
    fetch("vocabulary/vectors.i8").then((response) => response.arrayBuffer()),
  ]);
  // The scales come first: 20,000 little-endian floats; then each word's components.
  const scales = new Float32Array(table, 0, WORDS);
  const components = new Int8Array(table, WORDS * Float32Array.BYTES_PER_ELEMENT);
  return words
    .split("\n")
    .slice(0, count)
    .map((id, row) => {
      const scale = scales[row] ?? 0;
      const vector = Float32Array.from(components.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS), (c) => c * scale);
      return { id, vector };
    });
}
