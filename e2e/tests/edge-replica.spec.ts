import process from "node:process";
import { edgeMetric, inspectEdge, startEdge } from "./edge-process.ts";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";
import { WriteStream } from "./write-stream.ts";

const ENTRIES = 5000;
const HOUR_MS = 60 * 60 * 1000;
/** `npm run test:long` kills it 50 times. */
const KILLS = Number(process.env["VECMESH_EDGE_KILLS"] ?? 5);
const WRITES_BETWEEN_KILLS = 20;

test("P1, Q7a: what three tabs have written at quorum and left, a new tab has an hour later from the edge replica alone", async ({
  openDevice,
  room,
  startSignaling,
}, testInfo) => {
  test.setTimeout(240_000);
  const signaling = (await startSignaling()).url;
  const place = { room, data: testInfo.outputPath("edge") };
  await using edge = await startEdge(place, signaling, "--voter");
  const config = { room, signaling, replicationFactor: 3, dimensions: 8 };
  const devices = await Promise.all(["one", "two", "three"].map((profile) => openDevice({ profile })));
  const tabs = await Promise.all(devices.map((device) => Tab.join(device, config)));
  for (const tab of tabs) await eventually(() => tab.votersOnline()).toBe(3);
  await eventually(() => edgeMetric(edge, "is_voter")).toBe(1);

  const share = Math.ceil(ENTRIES / tabs.length);
  await Promise.all(
    tabs.map((tab, i) => tab.writeRandom(i * share, Math.min(share, ENTRIES - i * share), 8, "quorum")),
  );
  // What two voters have acknowledged may not have reached the others; what the edge replica holds, it holds for good.
  await eventually(() => edgeMetric(edge, "entries"), { timeout: 60_000 }).toBe(ENTRIES);
  await eventually(() => tabs[0]!.count()).toBe(ENTRIES);
  const written = await tabs[0]!.contents();
  await Promise.all(devices.map((device) => device.close()));
  await eventually(() => edgeMetric(edge, "peers")).toBe(0);

  const device = await openDevice({ profile: "late" });
  await device.addInitScript((aheadMs) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + aheadMs;
  }, HOUR_MS);
  const late = await Tab.join(device, config);
  await eventually(() => late.count(), { timeout: 60_000 }).toBe(ENTRIES);
  expect(await late.contents()).toEqual(written);
  expect(await late.peersOnline()).toBe(1);
});

test(`P1: killed ${KILLS} times amid a stream of quorum writes, the edge replica has all that was acknowledged, and is sound`, async ({
  device,
  room,
  startSignaling,
}, testInfo) => {
  test.setTimeout(90_000 + KILLS * 45_000);
  const signaling = (await startSignaling()).url;
  const place = { room, data: testInfo.outputPath("edge") };
  // With two voters, what is acknowledged at quorum is on the edge replica's disk.
  const flags = ["--voter", "--replication-factor", "2"];
  let edge = await startEdge(place, signaling, ...flags);
  const tab = await Tab.join(device, { room, signaling, replicationFactor: 2 });
  await eventually(() => tab.votersOnline()).toBe(2);
  const stream = await WriteStream.start(tab, "stream", "quorum");
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = stream.acknowledged.length;
    await eventually(async () => stream.acknowledged.length, { message: `before kill ${kill}` }).toBeGreaterThan(
      before + WRITES_BETWEEN_KILLS,
    );
    await edge.crash();
    const acknowledged = [...stream.acknowledged];
    const { ids, ...report } = await inspectEdge(place);
    expect(report).toEqual({ damage: "", lostCommits: 0 });
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
    edge = await startEdge(place, signaling, ...flags);
  }
  await stream.stop();
  // The two are one room again, and hold the same.
  const count = await tab.count();
  await eventually(() => edgeMetric(edge, "entries"), { timeout: 60_000 }).toBe(count);
  await edge[Symbol.asyncDispose]();
});
