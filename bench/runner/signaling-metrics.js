const PREFIX = "vecmesh_signaling_";

/**
 * What vecmesh's signaling server has counted, by name and labels, e.g. `upgrades_total{status="101"}`.
 *
 * @param {string} url of the server, `ws:`
 * @returns {Promise<ReadonlyMap<string, number>>}
 */
export async function signalingMetrics(url) {
  const response = await fetch(`${url.replace("ws:", "http:")}/metrics`);
  return readMetrics(await response.text());
}

/**
 * @param {string} text in Prometheus's format
 * @returns {ReadonlyMap<string, number>}
 */
export function readMetrics(text) {
  const lines = text.split("\n").filter((line) => line.startsWith(PREFIX));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(PREFIX.length, space), Number(line.slice(space))];
    }),
  );
}

/**
 * How much was counted in between, of all whose name begins so.
 *
 * @param {ReadonlyMap<string, number>} before
 * @param {ReadonlyMap<string, number>} after
 * @param {string} name
 */
export function counted(before, after, name) {
  let sum = 0;
  for (const [key, value] of after) if (key.startsWith(name)) sum += value - (before.get(key) ?? 0);
  return sum;
}
