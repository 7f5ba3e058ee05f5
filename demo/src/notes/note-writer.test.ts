import { afterEach, expect, test, vi } from "vitest";
import { openTab, PATIENCE, seesVoters, type Tab } from "./tab.fixture.ts";
import { MemoryNetwork } from "@vecmesh/sdk/memory";

vi.setConfig({ testTimeout: 3 * PATIENCE.timeout });

const tabs: Tab[] = [];

async function tabOn(network: MemoryNetwork): Promise<Tab> {
  const tab = await openTab(network);
  tabs.push(tab);
  await tab.presence.join();
  return tab;
}

afterEach(async () => {
  await Promise.all(tabs.splice(0).map(({ replicator }) => replicator.close()));
});

test("a note written alone at quorum is saved, unconfirmed, and confirmed once another tab is here", async () => {
  const network = new MemoryNetwork();
  const first = await tabOn(network);
  await first.writer.add("Buy milk", "quorum");
  const [write] = first.unconfirmed.all();
  expect(first.writer.lastWrite).toMatchObject({ state: "unconfirmed", required: 2, text: "Buy milk" });
  expect(first.writer.stateOf(write!.noteId)).toBe("unconfirmed");
  await expect.poll(() => first.collection.get(write!.noteId)?.text, PATIENCE).toBe("Buy milk");

  await first.writer.retry(write!.noteId, "Buy milk");
  expect(first.writer.stateOf(write!.noteId)).toBe("unconfirmed");

  const second = await tabOn(network);
  await expect.poll(() => seesVoters(first, 2), PATIENCE).toBe(true);
  await first.writer.confirmQuietly();
  expect(first.writer.lastWrite).toMatchObject({ state: "acknowledged", required: 2 });
  expect(first.writer.lastWrite?.acks).toContain(second.replicator.nodeId);
  expect(first.writer.stateOf(write!.noteId)).toBe("saved");
  expect(second.collection.newestFirst().map(({ text }) => text)).toEqual(["Buy milk"]);
});

test("an edit and a deletion reach the other tab", async () => {
  const network = new MemoryNetwork();
  const [first, second] = [await tabOn(network), await tabOn(network)];
  await expect.poll(() => seesVoters(first, 2), PATIENCE).toBe(true);
  await first.writer.add("Buy milk", "quorum");
  await expect.poll(() => second.collection.newestFirst()[0]?.text, PATIENCE).toBe("Buy milk");
  await second.writer.edit(second.collection.newestFirst()[0]!, "Buy oat milk", "quorum");
  await expect.poll(() => first.collection.newestFirst()[0]?.text, PATIENCE).toBe("Buy oat milk");
  await first.writer.remove(first.collection.newestFirst()[0]!, "all");
  expect(first.writer.lastWrite).toMatchObject({ state: "unconfirmed", required: 3 });
  await expect.poll(() => second.collection.newestFirst(), PATIENCE).toEqual([]);
});

test("a write that stores nothing is an error, not an unconfirmed note", async () => {
  const tab = await tabOn(new MemoryNetwork());
  await tab.replicator.close();
  await tab.writer.add("Too late", "quorum");
  expect(tab.errors).toMatchObject([{ code: "closed" }]);
  expect(tab.unconfirmed.all()).toEqual([]);
  expect(tab.writer.lastWrite).toBeUndefined();
});
