import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { alternately } from "../runner/bench.js";
import { startEdgeReplica } from "../runner/edge-replica.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { withScratchFolder } from "../runner/scratch-folder.js";
import { timed } from "../runner/timed-process.js";
import { writeVectorFile } from "../runner/vector-file.js";

const ROUNDS = 3;
const COMMAND = fileURLToPath(new URL("../bin/vecmesh-edge.js", import.meta.resolve("@vecmesh/edge")));
const BARE = fileURLToPath(new URL("../runner/bare-leveldb.process.js", import.meta.url));

/**
 * A file of raw vectors into an edge replica's store, over the same vectors straight into LevelDB.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const edgeImport = {
  name: "edge-import",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 500 : 100_000,
      dimensions: 384,
      seed: 8,
    });
    const rounds = await withScratchFolder(async (folder) => {
      const file = join(folder, "vectors.f32");
      await writeVectorFile(file, source);
      return bench.repeated(ROUNDS, async (round) => {
        const data = join(folder, `data-${round}`);
        const took = await alternately(
          round,
          () => timed(COMMAND, [...importOf(file, source.dimensions), "--room", "bench", "--data", data]),
          () => timed(BARE, [file, join(folder, `bare-${round}`), String(source.dimensions)]),
        );
        await verify(data, source);
        return took;
      });
    });
    const ours = median(rounds.map((round) => round.ours)) / 1000;
    return [
      {
        bench: "edge-import",
        ours,
        reference: median(rounds.map(({ reference }) => reference)) / 1000,
        unit: "s",
        better: "lower",
        against: "bare classic-level, synced batches of 1,000",
        notes: [`${source.count} x ${source.dimensions} floats, ${readable(source.count / ours)} entries/s`],
      },
    ];
  },
};

/**
 * @param {string} file
 * @param {number} dimensions
 */
function importOf(file, dimensions) {
  return ["import", "--format", "f32", "--file", file, "--dimensions", String(dimensions)];
}

/**
 * @param {string} data
 * @param {import("../src/gaussian-vectors.js").GaussianSource} source
 */
async function verify(data, source) {
  const replica = startEdgeReplica();
  try {
    await replica.call("open", { room: "bench", data, replicaName: "edge" });
    await replica.call("verifyStored", source);
  } finally {
    await replica.end();
  }
}
