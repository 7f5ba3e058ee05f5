/**
 * Vectors that every tab and process makes by itself, so that they can be compared bit by bit.
 *
 * @typedef {object} GaussianSource
 * @property {"gaussian"} kind
 * @property {number} count
 * @property {number} dimensions
 * @property {number} seed
 */

/** All ids have the same length, so that bytes do not depend on which entry it is. @param {number} index */
export function idOf(index) {
  return `entry-${String(index).padStart(6, "0")}`;
}

/**
 * One after the other, each of unit length.
 *
 * @param {GaussianSource} source
 * @returns {Generator<Float32Array<ArrayBuffer>, void>}
 */
export function* gaussianVectors({ count, dimensions, seed }) {
  const random = mulberry32(seed);
  for (let i = 0; i < count; i++) {
    const vector = Float32Array.from({ length: dimensions }, () => gaussian(random));
    const length = Math.hypot(...vector);
    yield vector.map((component) => component / length);
  }
}

/** Box and Muller's; the second value that it offers is not needed. @param {() => number} random */
function gaussian(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * A small seeded generator: the same vectors everywhere and in every run.
 *
 * @param {number} seed
 * @returns {() => number}
 */
function mulberry32(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
