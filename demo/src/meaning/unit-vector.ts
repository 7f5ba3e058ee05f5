/** Scales a vector to length 1, in place. A zero vector stays as it is. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const component of vector) squares += component * component;
  if (squares === 0) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  return vector;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 code units: spreads short strings well, and is the same in every tab. */
export function hashText(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash >>> 0;
}

/**
 * A unit vector that depends only on the text: the same in every tab, and nearly at right angles to that of any other
 * text. It lets a word that the vocabulary lacks at least find itself.
 */
export function vectorOfUnknown(text: string, dimensions: number): Float32Array {
  let state = hashText(text);
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    vector[i] = ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 31 - 1;
  }
  return normalise(vector);
}
