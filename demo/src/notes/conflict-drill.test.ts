import { afterEach, expect, test, vi } from "vitest";
import { openTab, PATIENCE, seesVoters, type Tab } from "./tab.fixture.ts";
import { MemoryNetwork } from "@vecmesh/sdk/memory";
import { resolutions } from "./resolutions.ts";

vi.setConfig({ testTimeout: 3 * PATIENCE.timeout });

const tabs: Tab[] = [];

async function tabsOn(network: MemoryNetwork, count: number): Promise<Tab[]> {
  for (let i = 0; i < count; i++) tabs.push(await openTab(network));
  for (const { presence } of tabs) await presence.join();
  await expect.poll(() => seesVoters(tabs[0]!, count), PATIENCE).toBe(true);
  return tabs;
}

afterEach(async () => {
  await Promise.all(tabs.splice(0).map(({ replicator }) => replicator.close()));
});

test.each([2, 3])(
  "one button makes a conflict that all of %i tabs see, and an edit resolves it everywhere",
  async (count) => {
    const [first, ...others] = await tabsOn(new MemoryNetwork(), count);
    const outcome = await first!.drill.run(others.map(({ replicator }) => replicator.nodeId));
    expect(outcome.kind).toBe("conflict");
    const noteId = outcome.kind === "conflict" ? outcome.noteId : "";
    for (const { collection } of tabs) await expect.poll(() => collection.get(noteId)?.others.length, PATIENCE).toBe(1);

    const note = first!.collection.get(noteId)!;
    const merged = resolutions(note).find(({ mode }) => mode === "custom")!.text!;
    await first!.writer.edit(note, merged, "quorum");
    for (const { collection, errors } of tabs) {
      await expect.poll(() => collection.get(noteId)?.others, PATIENCE).toEqual([]);
      expect(collection.get(noteId)?.text.split("\n")).toHaveLength(2);
      expect(errors).toEqual([]);
    }
  },
);

test("the drill's own entries are cleaned away", async () => {
  const [first, second] = await tabsOn(new MemoryNetwork(), 2);
  await first!.drill.run([second!.replicator.nodeId]);
  await expect
    .poll(async () => [await first!.replicator.count(), await second!.replicator.count()], PATIENCE)
    .toEqual([1, 1]);
});
