import { edgeMetric, startEdge } from "./edge-process.ts";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { startRedis } from "./redis.ts";
import { Tab } from "./tab.ts";

test("T10, Q7a: edge replicas in two places, behind signaling servers that Redis joins, are one room, and the rest goes on when a server or Redis is lost", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  test.setTimeout(240_000);
  await using redis = await startRedis();
  const open = (port = "0") => startSignaling(port, "--redis-url-file", redis.urlFile);
  const [east, west] = [await open(), await open()];
  const flags = ["--voter", "--replication-factor", "3"];
  const place = (name: string) => ({ room, data: testInfo.outputPath(name) });
  await using eastEdge = await startEdge(place("east"), east.url, ...flags);
  await using westEdge = await startEdge(place("west"), west.url, ...flags);
  const edges = [eastEdge, westEdge];
  const join = async (signaling: string) => Tab.join(await openContext(), { room, signaling, replicationFactor: 3 });
  const [eastTab, westTab] = [await join(east.url), await join(west.url)];
  for (const edge of edges) await eventually(() => edgeMetric(edge, "is_voter"), { timeout: 60_000 }).toBe(1);
  for (const tab of [eastTab, westTab]) await eventually(() => tab.votersOnline(), { timeout: 60_000 }).toBe(3);

  // What is acknowledged on one side is on both, whichever two voters have it first.
  await eastTab.writeUntilAcknowledged("from the east", "hello", "quorum");
  await eventually(() => westTab.read("from the east")).toBe("hello");
  await westTab.writeUntilAcknowledged("from the west", "hello", "quorum");
  await eventually(() => eastTab.read("from the west")).toBe("hello");
  for (const edge of edges) await eventually(() => edgeMetric(edge, "entries")).toBe(2);

  await east.crash();
  // Who has met stays connected; and who comes by the other server meets all of them.
  await eastTab.writeUntilAcknowledged("without its server", "hello", "quorum");
  await eventually(() => westTab.read("without its server")).toBe("hello");
  const late = await join(west.url);
  await eventually(() => late.count()).toBe(3);
  await late.writeUntilAcknowledged("from who came late", "hello", "quorum");
  await eventually(() => eastTab.read("from who came late")).toBe("hello");

  await redis[Symbol.asyncDispose]();
  await eastTab.writeUntilAcknowledged("without Redis", "hello", "quorum");
  await eventually(() => westTab.read("without Redis")).toBe("hello");
  const later = await join(west.url);
  await eventually(() => later.count()).toBe(5);

  // And the whole other place.
  await eastEdge.crash();
  await westTab.writeUntilAcknowledged("without the east", "hello", "quorum");
  await eventually(() => later.read("without the east")).toBe("hello");
  await eventually(() => edgeMetric(westEdge, "entries")).toBe(6);
  for (const tab of [westTab, late, later]) expect(await tab.events("error")).toEqual([]);
  expect(await eastTab.events("error")).toMatchObject([{ code: "signaling-unreachable", url: east.url }]);
});
