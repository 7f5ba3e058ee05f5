import { setTimeout as sleep } from "node:timers/promises";

/** Some megabytes: what is to be sent waits for the channel to drain. */
const ENTRIES = 5000;
const DIMENSIONS = 384;
/** In one write. */
const BATCH = 1000;

/**
 * Starts two replicas that are all the voters of a room of two, writes at quorum by one of them, and lets the other get and find it; then does so
 * with some megabytes.
 *
 * @param {import("@vecmesh/sdk").Replicator} writer
 * @param {import("@vecmesh/sdk").Replicator} reader
 */
export async function twoVoters(writer, reader) {
  await Promise.all([writer.start(), reader.start()]);
  const voters = async () => (await writer.replicas()).filter(({ role }) => role === "voter").length;
  while ((await voters()) < 2) await sleep(50);
  await writer.write({ id: "greeting", vector: Float32Array.of(1, 0, 0), metadata: { text: "hello" } });
  const entry = await reader.get("greeting", { consistency: "quorum" });
  const [hit] = await reader.search(Float32Array.of(1, 1, 0), { k: 1 });
  if (entry?.metadata.text !== "hello" || hit?.id !== "greeting") throw new Error("The entry has not arrived");
  for (let from = 0; from < ENTRIES; from += BATCH) {
    const vector = (/** @type {number} */ i) => Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(i + at));
    const entries = Array.from({ length: BATCH }, (_, i) => ({ id: `n${from + i}`, vector: vector(from + i) }));
    await writer.writeBatch(entries, { consistency: "quorum", timeoutMs: 30_000 });
  }
  const last = await reader.get(`n${ENTRIES - 1}`);
  if ((await reader.count()) !== ENTRIES + 1 || last?.vector[0] !== Math.fround(Math.sin(ENTRIES - 1)))
    throw new Error("Not all entries have arrived");
  await Promise.all([writer.close(), reader.close()]);
}
