import { rm } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { killBrowser } from "./kill-browser.ts";
import { Tab } from "./tab.ts";
import { WriteStream } from "./write-stream.ts";

/** Enough on each side of the kill that it falls into the middle of the streams. */
const WRITES = 25;

test("P1: of five devices two are killed amid quorum writes and one of those wiped, and nothing acknowledged is lost", async ({
  openDevice,
  room,
  startSignaling,
}, testInfo) => {
  test.setTimeout(180_000);
  const config = { room, signaling: (await startSignaling()).url, replicationFactor: 5 };
  const join = async (profile: string) => {
    const device = await openDevice({ profile });
    return { device, tab: await Tab.join(device, config) };
  };
  const writer = await join("writer");
  const killed = await join("killed");
  const wiped = await join("wiped");
  const others = [await join("fourth"), await join("fifth")];
  const survivors = [writer, ...others].map(({ tab }) => tab);
  for (const tab of [...survivors, killed.tab, wiped.tab]) await eventually(() => tab.votersOnline()).toBe(5);
  const identities = { killed: await killed.tab.nodeId(), wiped: await wiped.tab.nodeId() };

  // One writer that survives, and one that is lost with all that it ever wrote.
  const streams = [
    await WriteStream.start(writer.tab, "kept", "quorum"),
    await WriteStream.start(wiped.tab, "lost", "quorum"),
  ] as const;
  for (const { acknowledged } of streams) {
    await eventually(async () => acknowledged.length, { message: "before" }).toBeGreaterThanOrEqual(WRITES);
  }
  await Promise.all([killBrowser(killed.device), killBrowser(wiped.device)]);
  await rm(testInfo.outputPath("wiped"), { recursive: true });
  const before = streams[0].acknowledged.length;
  await eventually(async () => streams[0].acknowledged.length, { message: "after" }).toBeGreaterThan(before + WRITES);
  await streams[0].stop();

  const acknowledged = streams.flatMap((stream) => stream.acknowledged);
  const missingOn = async (tab: Tab): Promise<string[]> => {
    const held = new Map((await tab.contents()).map(({ id, metadata }) => [id, metadata["text"]]));
    return acknowledged.filter((id) => held.get(id) !== id);
  };
  for (const tab of survivors) await eventually(() => missingOn(tab), { message: "on a survivor" }).toEqual([]);

  const restarted = (await join("killed")).tab;
  const blank = (await join("wiped")).tab;
  expect(await restarted.nodeId()).toBe(identities.killed);
  expect(await blank.nodeId()).not.toBe(identities.wiped);
  for (const tab of [restarted, blank]) await eventually(() => missingOn(tab), { message: "on return" }).toEqual([]);

  // The room goes on as one: a write at quorum of the restarted voter's, and the same state everywhere.
  await restarted.writeUntilAcknowledged("afterwards", "by the restarted", "quorum");
  const everyone = [...survivors, restarted, blank];
  for (const tab of everyone) await eventually(() => tab.read("afterwards")).toBe("by the restarted");
  const contents = () => Promise.all(everyone.map(async (tab) => JSON.stringify(await tab.contents())));
  await eventually(async () => new Set(await contents()).size, { message: "one state" }).toBe(1);
});
