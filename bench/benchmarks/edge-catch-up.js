import { join } from "node:path";
import { alternately } from "../runner/bench.js";
import { startEdgeReplica, transferBare } from "../runner/edge-replica.js";
import { readable } from "../runner/figures.js";
import { median } from "../runner/median.js";
import { withScratchFolder } from "../runner/scratch-folder.js";

/**
 * A new edge replica gets everything that another one holds, over what a bare data channel of `@roamhq/wrtc` brings between the same processes.
 *
 * @param {number} count
 * @param {number} rounds
 * @returns {import("../runner/bench.js").Benchmark}
 */
export function edgeCatchUp(count, rounds) {
  const name = `edge-catch-up-${count}`;
  return {
    name,
    async run(bench) {
      const source = /** @type {const} */ ({
        kind: "gaussian",
        count: bench.quick ? 500 : count,
        dimensions: 384,
        seed: 10,
      });
      const bytes = source.count * source.dimensions * 4;
      const results = await bench.repeated(rounds, (round) =>
        withScratchFolder(async (folder) => {
          const [first, second] = [startEdgeReplica(), startEdgeReplica()];
          try {
            const place = { room: bench.room(), signaling: bench.servers.signaling };
            await first.call("open", { ...place, data: join(folder, "first") });
            await second.call("open", { ...place, data: join(folder, "second") });
            await first.call("load", source);
            return await alternately(
              round,
              async () => {
                await first.call("start");
                const took = await second.call("catchUp", source);
                await second.call("verifyStored", source);
                await first.call("close");
                return took;
              },
              () => transferBare(first, second, bytes),
            );
          } finally {
            await Promise.all([first.end(), second.end()]);
          }
        }),
      );
      const fromChannelMs = median(results.map(({ ours }) => ours.fromChannelMs));
      const fromStartMs = median(results.map(({ ours }) => ours.fromStartMs));
      return [
        {
          bench: name,
          ours: bytes / fromChannelMs / 1000,
          reference: bytes / median(results.map(({ reference }) => reference)) / 1000,
          unit: "MB/s",
          better: "higher",
          against: "bare data channel of @roamhq/wrtc",
          notes: [
            `${source.count} x ${source.dimensions} floats durable ${readable(fromChannelMs / 1000)} s after the channel opened, ` +
              `${readable(fromStartMs / 1000)} s after start()`,
          ],
        },
      ];
    },
  };
}
