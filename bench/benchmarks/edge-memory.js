import { join } from "node:path";
import { startEdgeReplica } from "../runner/edge-replica.js";
import { readable } from "../runner/figures.js";
import { withScratchFolder } from "../runner/scratch-folder.js";

const MB = 1e6;

/**
 * What an edge replica's process takes of the machine's memory while nothing happens: with its store just opened, and after a first search.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const edgeMemory = {
  name: "edge-memory",
  async run(bench) {
    const source = /** @type {const} */ ({
      kind: "gaussian",
      count: bench.quick ? 500 : 100_000,
      dimensions: 384,
      seed: 9,
    });
    const { empty, opened, searched } = await withScratchFolder(async (data) => {
      await inReplica(join(data, "full"), (replica) => replica.call("load", source));
      return {
        empty: await inReplica(join(data, "empty"), (replica) => replica.call("memory")),
        ...(await inReplica(join(data, "full"), async (replica) => {
          const opened = await replica.call("memory");
          await replica.call("search", source.dimensions);
          return { opened, searched: await replica.call("memory") };
        })),
      };
    });
    bench.progress(`  ${JSON.stringify({ empty, opened, searched })}`);
    const raw = (source.count * source.dimensions * 4) / MB;
    /** @param {typeof opened} memory */
    const described = ({ resident, mapped, heapUsed, arrayBuffers }) =>
      `of these ${readable(mapped / MB)} MB are files' pages, which the system takes back at will; heap ${readable(heapUsed / MB)} MB, array buffers ${readable(arrayBuffers / MB)} MB` +
      `; an empty replica has ${readable(empty.resident / MB)} MB and a heap of ${readable(empty.heapUsed / MB)} MB, so an entry takes ${readable((resident - mapped - empty.resident + empty.mapped) / source.count)} B`;
    /** @param {string} name @param {typeof opened} memory */
    const figure = (name, memory) => ({
      bench: name,
      ours: memory.resident / MB,
      reference: raw,
      unit: "MB",
      better: /** @type {const} */ ("lower"),
      against: `the floats of ${source.count} entries themselves`,
      notes: [described(memory)],
    });
    return [figure("edge-memory", opened), figure("edge-memory-searched", searched)];
  },
};

/**
 * @template T
 * @param {string} data
 * @param {(replica: import("../runner/edge-replica.js").EdgeReplica) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function inReplica(data, use) {
  const replica = startEdgeReplica();
  try {
    await replica.call("open", { room: "bench", data, replicaName: "edge" });
    const result = await use(replica);
    await replica.call("close");
    return result;
  } finally {
    await replica.end();
  }
}
