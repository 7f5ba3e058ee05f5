/** The final mix of MurmurHash3 (Appleby, public domain): every bit of the input reaches every bit of the output. */
export function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

/** A hash that has taken in one more word of 32 bits. It is begun with a seed, and ended by `mix`. */
export function takeIn(hash: number, word: number): number {
  return mix(Math.imul(hash, 31) ^ word) + 0x9e3779b9;
}

/** Takes in an integer up to 2^53 as two words, the lower one first. */
export function takeInInteger(hash: number, integer: number): number {
  return takeIn(takeIn(hash, integer >>> 0), Math.floor(integer / 2 ** 32));
}
