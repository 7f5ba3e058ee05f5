import { cp, rm } from "node:fs/promises";
import type { Dot } from "@vecmesh/sdk";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

const nameOf = ({ origin, seq }: Dot): string => `${origin}/${seq}`;

/** Writes entries at `one`, and gives the names of the writes. */
async function writeSome(tab: Tab, name: string, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    names.push(...(await tab.write(`${name} ${i}`, name)).dots.map(nameOf));
  }
  return names;
}

test("C1, C2: a copied profile becomes a learner of its own when it meets the original, and uses no dot twice", async ({
  openDevice,
  room,
  startSignaling,
}, testInfo) => {
  const config = { room, signaling: (await startSignaling()).url };
  const original = await openDevice({ profile: "original" });
  const before = await Tab.join(original, config);
  await before.write("note", "in the original");
  const nodeId = await before.nodeId();
  await original.close();
  await cp(testInfo.outputPath("original"), testInfo.outputPath("copy"), { recursive: true });

  // Apart, so that both go on from the same store before they meet.
  const first = await Tab.blank(await openDevice({ profile: "original" }));
  const second = await Tab.blank(await openDevice({ profile: "copy" }));
  await first.open(config);
  await second.open(config);
  const names = [...(await writeSome(first, "first", 5)), ...(await writeSome(second, "second", 5))];
  expect(new Set(names).size).toBe(10);
  expect(await second.nodeId()).toBe(nodeId);

  await first.start();
  await second.start();
  await eventually(() => second.nodeId()).not.toBe(nodeId);
  expect(await first.nodeId()).toBe(nodeId);
  names.push(...(await writeSome(first, "met, first", 5)), ...(await writeSome(second, "met, second", 5)));
  expect(new Set(names).size).toBe(20);
  for (const tab of [first, second]) await eventually(() => tab.count()).toBe(21);
  expect(await first.contents()).toEqual(await second.contents());

  // It is on the original's device still, and one device counts once.
  const roles = async (tab: Tab) => Object.fromEntries((await tab.replicas()).map(({ id, role }) => [id, role]));
  const expected = { [nodeId]: "voter", [await second.nodeId()]: "learner" };
  for (const tab of [first, second]) await eventually(() => roles(tab)).toEqual(expected);
});

test("C2, Q3: a restored backup uses no dot twice, and counts again only when it holds what it has forgotten", async ({
  openDevice,
  room,
  startSignaling,
}, testInfo) => {
  const config = { room, signaling: (await startSignaling()).url, replicationFactor: 3 };
  const [profile, backup] = [testInfo.outputPath("restored"), testInfo.outputPath("backup")];
  const witness = await Tab.join(await openDevice({ profile: "witness" }), config);
  const other = await Tab.join(await openDevice({ profile: "other" }), config);
  let device = await openDevice({ profile: "restored" });
  let tab = await Tab.join(device, config);
  for (const voter of [witness, other, tab]) await eventually(() => voter.votersOnline()).toBe(3);
  const nodeId = await tab.nodeId();
  await tab.write("old", "in the backup", "all");
  await device.close();
  await cp(profile, backup, { recursive: true });

  device = await openDevice({ profile: "restored" });
  tab = await Tab.join(device, config);
  await eventually(() => tab.votersOnline()).toBe(3);
  const names = await writeSome(tab, "forgotten", 20);
  // Acknowledged by the store that is about to forget it.
  expect((await witness.writeUntilAcknowledged("promised", "by all three", "all")).acks).toContain(nodeId);
  await device.close();
  await rm(profile, { recursive: true });
  await cp(backup, profile, { recursive: true });

  device = await openDevice({ profile: "restored" });
  tab = await Tab.blank(device);
  await tab.open(config);
  expect([await tab.nodeId(), await tab.read("old"), await tab.read("promised")]).toEqual([
    nodeId,
    "in the backup",
    undefined,
  ]);
  names.push(...(await writeSome(tab, "new", 20)));
  expect(new Set(names).size).toBe(40);

  await tab.start();
  const all = await witness.writeUntilAcknowledged("counted", "by all three", "all");
  expect(all.acks).toContain(nodeId);
  // Counted is caught up: nothing to wait for.
  expect(await tab.read("promised")).toBe("by all three");
  expect((await tab.contents()).filter(({ id }) => id.startsWith("forgotten"))).toHaveLength(20);
  for (const voter of [witness, other]) await eventually(() => voter.read("new 19")).toBe("new");
  for (const voter of [witness, other]) await eventually(() => voter.count()).toBe(43);
});
