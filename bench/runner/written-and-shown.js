/**
 * The reader starts the writer over a bare channel, so that one clock tells the whole time: milliseconds.
 *
 * @template Source
 * @template {{ prepareWrites(source: Source): Promise<() => Promise<void>>, showsAll(source: Source): Promise<number> }} Tab
 * @param {Awaited<ReturnType<typeof import("./bare-channel.js").openBareChannel>>} wire
 * @param {import("playwright").JSHandle<Tab>} writer
 * @param {import("playwright").JSHandle<Tab>} reader
 * @param {Source} source
 */
export async function writtenAndShown(wire, writer, reader, source) {
  const writing = await writer.evaluateHandle(
    async (tab, { channel, vectors }) => {
      const prepared = await tab.prepareWrites(/** @type {Source} */ (vectors));
      return { done: channel.started().then(prepared) };
    },
    { channel: wire.first, vectors: source },
  );
  const took = await reader.evaluate(
    async (tab, { channel, vectors }) => {
      const shown = tab.showsAll(/** @type {Source} */ (vectors));
      const started = channel.start();
      return (await shown) - started;
    },
    { channel: wire.second, vectors: source },
  );
  await writing.evaluate(({ done }) => done);
  return took;
}
