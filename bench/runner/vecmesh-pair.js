/**
 * Fills the first tab with the entries, then lets the second join and catch up.
 *
 * @typedef {import("playwright").Page} Page
 * @typedef {import("playwright").JSHandle<import("../src/vecmesh-tab.ts").VecmeshTab>} VecmeshHandle
 * @typedef {import("../src/vectors.ts").VectorSource} VectorSource
 *
 * @param {import("./bench.js").Bench} bench
 * @param {Page} first
 * @param {Page} second
 * @param {VectorSource} source
 */
export async function filledAndEmpty(bench, first, second, source) {
  const pair = await openPair(bench, first, second);
  await pair.first.evaluate((tab, vectors) => tab.load(vectors), source);
  await pair.first.evaluate((tab) => tab.start());
  return pair;
}

/**
 * @param {import("./bench.js").Bench} bench
 * @param {Page} first
 * @param {Page} second
 */
export async function openPair(bench, first, second) {
  const options = { room: bench.room(), signaling: bench.servers.signaling };
  /** @param {Page} page @returns {Promise<VecmeshHandle>} */
  const open = (page) => page.evaluateHandle((given) => window.lab.openVecmesh(given), options);
  const writer = await open(first);
  const reader = await open(second);
  return {
    first: writer,
    second: reader,
    async close() {
      await writer.evaluate((tab) => tab.close());
      await reader.evaluate((tab) => tab.close());
    },
  };
}
