/** The width of the word vectors, and so of every entry of the room. */
export const DIMENSIONS = 100;

const BYTES_PER_SCALE = 4;

/** Words with their vectors, most frequent words first. Vectors are kept quantised: value = scale * int8. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #scales: DataView;
  readonly #components: Int8Array;

  /**
   * @param wordList one word a line.
   * @param vectors for n words: n little-endian float32 scales, then n x 100 int8 components.
   * @throws RangeError when the two files do not belong together.
   */
  constructor(wordList: string, vectors: ArrayBuffer) {
    this.words = wordList.split("\n").filter((word) => word !== "");
    const count = this.words.length;
    const expected = count * (BYTES_PER_SCALE + DIMENSIONS);
    if (vectors.byteLength !== expected)
      throw new RangeError(`${count} words need ${expected} bytes of vectors, not ${vectors.byteLength}`);
    this.#ranks = new Map(this.words.map((word, rank) => [word, rank]));
    this.#scales = new DataView(vectors, 0, count * BYTES_PER_SCALE);
    this.#components = new Int8Array(vectors, count * BYTES_PER_SCALE);
  }

  /** How many words are more frequent than this one; `undefined` for a word that is not here. */
  rank(word: string): number | undefined {
    return this.#ranks.get(word);
  }

  /** Adds the vector of the word of this rank to `sum`. */
  addTo(sum: Float32Array, rank: number): void {
    const scale = this.#scales.getFloat32(rank * BYTES_PER_SCALE, true);
    const start = rank * DIMENSIONS;
    for (let i = 0; i < DIMENSIONS; i++) sum[i]! += scale * this.#components[start + i]!;
  }

  vectorAt(rank: number): Float32Array {
    const vector = new Float32Array(DIMENSIONS);
    this.addTo(vector, rank);
    return vector;
  }
}

/** Fetches the vocabulary that is served beside the page. @throws Error when it cannot be had. */
export async function loadVocabulary(folder: string): Promise<Vocabulary> {
  const [words, vectors] = await Promise.all([fetchFile(`${folder}words.txt`), fetchFile(`${folder}vectors.i8`)]);
  return new Vocabulary(await words.text(), await vectors.arrayBuffer());
}

async function fetchFile(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status} ${response.statusText}`);
  return response;
}
