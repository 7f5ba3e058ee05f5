import { open, writeFile } from "node:fs/promises";
import { gaussianVectors, idOf } from "../src/gaussian-vectors.js";

/**
 * Writes what `vecmesh-edge import --format f32` reads: the vectors, and their ids beside them.
 *
 * @param {string} path
 * @param {import("../src/gaussian-vectors.js").GaussianSource} source
 */
export async function writeVectorFile(path, source) {
  const file = await open(path, "w");
  try {
    const vectors = gaussianVectors(source);
    const block = new Float32Array(source.dimensions * 1000);
    for (let row = 0; row < source.count;) {
      let length = 0;
      for (; length < block.length && row < source.count; row++, length += source.dimensions)
        block.set(/** @type {Float32Array} */ (vectors.next().value), length);
      await file.writeFile(new Uint8Array(block.buffer, 0, length * 4));
    }
  } finally {
    await file.close();
  }
  await writeFile(
    `${path}.ids`,
    Array.from({ length: source.count }, (_, i) => `${JSON.stringify(idOf(i))}\n`).join(""),
  );
}
