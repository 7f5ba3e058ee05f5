import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { crashTab } from "./crash-tab.ts";
import { Tab } from "./tab.ts";

const says = (text: string): unknown => expect.objectContaining({ metadata: { text } });

test(
  "edits made apart merge to the same state, with a conflict told on each side",
  { tag: "@browsers" },
  async ({ join }) => {
    const left = await join();
    const right = await join();
    await left.write("shared", "before");
    await eventually(() => right.read("shared")).toBe("before");

    await Promise.all([left.stop(), right.stop()]);
    await left.write("shared", "from the left");
    await right.write("shared", "from the right");
    await left.write("left only", "new");
    await right.write("right only", "new");
    await Promise.all([left.start(), right.start()]);

    await eventually(async () => [await left.count(), await right.count()]).toEqual([3, 3]);
    for (const tab of [left, right]) {
      await eventually(async () => (await tab.events("conflict")).map((event) => event["id"])).toEqual(["shared"]);
      expect(await tab.events("conflict")).toMatchObject([
        { siblings: expect.arrayContaining([says("from the left"), says("from the right")]) },
      ]);
    }
    expect(await left.contents()).toEqual(await right.contents());
    expect(["from the left", "from the right"]).toContain(await left.read("shared"));
  },
);

test(
  "what is deleted while a peer is away stays deleted when the peer returns",
  { tag: "@browsers" },
  async ({ join }) => {
    const stays = await join({ replicaName: "stays" });
    const leaves = await join({ replicaName: "leaves" });
    await stays.write("doomed", "here");
    await stays.write("kept", "here");
    await eventually(() => leaves.count()).toBe(2);
    await leaves.page.close();

    await stays.delete("doomed");
    const returned = await Tab.reopen(leaves);
    await returned.start();
    await eventually(() => returned.read("doomed")).toBeUndefined();
    // A write of the returned replica's that has come through proves that all it held has been compared.
    await returned.write("returned", "here");
    await eventually(() => stays.read("returned")).toBe("here");
    for (const tab of [stays, returned]) {
      expect((await tab.contents()).map(({ id }) => id)).toEqual(["kept", "returned"]);
    }
  },
);

test("all tabs closed and opened again find their replicas, and everything in them", async ({ openDevice, room }) => {
  const before = await openDevice();
  const tabs = [await Tab.join(before, { room }), await Tab.join(before, { room })] as const;
  await tabs[0].write("first", "by the first tab");
  await tabs[1].write("second", "by the second tab");
  for (const tab of tabs) await eventually(() => tab.count()).toBe(2);
  const names = await Promise.all(tabs.map((tab) => tab.replicaName()));
  const nodeIds = await Promise.all(tabs.map((tab) => tab.nodeId()));
  const contents = await tabs[0].contents();
  expect(new Set(names).size).toBe(2);
  await before.close();

  const after = await openDevice();
  const again = [await Tab.blank(after), await Tab.blank(after)];
  // Not joined yet: what is found is what the disk kept.
  for (const tab of again) await tab.open({ room });
  expect(await Promise.all(again.map((tab) => tab.replicaName()))).toEqual(names);
  expect(await Promise.all(again.map((tab) => tab.nodeId()))).toEqual(nodeIds);
  for (const tab of again) expect(await tab.contents()).toEqual(contents);

  for (const tab of again) await tab.start();
  await again[0]?.write("third", "after all");
  await eventually(async () => again[1]?.read("third")).toBe("after all");
});

test(
  "a reader of changes goes on after its tab was closed where it had stopped",
  { tag: "@browsers" },
  async ({ join }) => {
    const writer = await join({ replicaName: "writer" });
    const reader = await join({ replicaName: "reader" });
    await writer.write("seen", "before");
    const seen = await reader.nextChange();
    expect(seen).toMatchObject({ type: "put", id: "seen" });
    await reader.page.close();

    await writer.write("missed", "meanwhile");
    const again = await Tab.reopen(reader);
    await again.start();
    expect(await again.nextChange(seen.checkpoint)).toMatchObject({ type: "put", id: "missed" });
  },
);

test("a tab that crashes is missed by the others, and its store can be opened at once", async ({ device, room }) => {
  const survivor = await Tab.join(device, { room, replicaName: "survivor" });
  const victim = await Tab.join(device, { room, replicaName: "victim" });
  await victim.write("note", "written before the crash");
  await eventually(() => survivor.read("note")).toBe("written before the crash");
  const nodeId = await victim.nodeId();
  await crashTab(victim);

  const again = await Tab.reopen(victim);
  expect(await again.nodeId()).toBe(nodeId);
  expect(await again.read("note")).toBe("written before the crash");
  await eventually(() => survivor.peersOnline(), { message: "missed by the survivor" }).toBe(0);

  await again.start();
  await again.write("note", "written after");
  await eventually(() => survivor.read("note")).toBe("written after");
});
