import { alternately } from "../runner/bench.js";
import { median } from "../runner/median.js";
import { openBareChannel } from "../runner/bare-channel.js";
import { writtenAndShown } from "../runner/written-and-shown.js";

const ROUNDS = 5;
const AGAINST = "y-webrtc";

/**
 * A document that both can carry, through MeshProvider and through y-webrtc: a new tab gets it, and then one types while the other reads.
 *
 * @type {import("../runner/bench.js").Benchmark}
 */
export const documents = {
  name: "documents",
  async run(bench) {
    const held = { letters: bench.quick ? 500 : 100_000 };
    const typed = { letters: held.letters + (bench.quick ? 50 : 500) };

    const rounds = await bench.rounds(ROUNDS, async (first, second, round) => {
      const wire = await openBareChannel(first, second);
      /** @param {"vecmesh" | "y-webrtc"} provider */
      const measure = async (provider) => {
        const options = { room: bench.room(), signaling: bench.servers.signaling, provider };
        const [writer, reader] = await Promise.all(
          [first, second].map((page) => page.evaluateHandle((given) => window.lab.openDocument(given), options)),
        );
        if (writer === undefined || reader === undefined) throw new Error("Two tabs were asked for");
        await writer.evaluate((tab, typing) => tab.type(typing), held);
        await writer.evaluate((tab) => tab.start());
        const caughtUpMs = await reader.evaluate((tab, typing) => tab.catchUp(typing), held);
        await reader.evaluate((tab, typing) => tab.verify(typing), held);
        for (const side of [writer, reader]) await side.evaluate((tab) => tab.connected());
        const { channels } = await reader.evaluate((tab) => tab.wireBytes());
        const shownMs = await writtenAndShown(wire, writer, reader, typed);
        await reader.evaluate((tab, typing) => tab.verify(typing), typed);
        for (const side of [writer, reader]) await side.evaluate((tab) => tab.close());
        return { caughtUpMs, channels, shownMs };
      };
      const took = await alternately(
        round,
        () => measure("vecmesh"),
        () => measure("y-webrtc"),
      );
      await wire.close();
      return took;
    });

    /** @param {string} name @param {string} unit @param {(measured: { caughtUpMs: number, channels: number, shownMs: number }) => number} of */
    const figure = (name, unit, of) => ({
      bench: name,
      ours: median(rounds.map(({ ours }) => of(ours))),
      reference: median(rounds.map(({ reference }) => of(reference))),
      unit,
      better: /** @type {const} */ ("lower"),
      against: AGAINST,
      notes: [],
    });
    return [
      figure("document-catch-up", "ms", ({ caughtUpMs }) => caughtUpMs),
      figure("document-bytes", "B", ({ channels }) => channels),
      figure("document-live", "ms", ({ shownMs }) => shownMs),
    ];
  },
};
