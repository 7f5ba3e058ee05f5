import { afterEach, expect, test } from "vitest";
import { MemoryNetwork } from "@vecmesh/sdk/memory";
import { NotePages } from "./note-pages.ts";
import { openTab, PATIENCE, type Tab } from "../notes/tab.fixture.ts";

const open: Tab[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ replicator }) => replicator.close()));
});

async function tabWithPages(network: MemoryNetwork): Promise<Tab & { readonly pages: NotePages }> {
  const tab = await openTab(network);
  open.push(tab);
  await tab.presence.join();
  return { ...tab, pages: new NotePages(tab.replicator, (error) => void tab.errors.push(error)) };
}

test("what one writes on a note's page the other reads, who looks at it is seen, and who leaves is not", async () => {
  const network = new MemoryNetwork();
  const [here, there] = [await tabWithPages(network), await tabWithPages(network)];
  here.pages.textOf("note/1").insert(0, "a tent, four torches");
  await expect.poll(() => there.pages.wordsOn("note/1"), PATIENCE).toBe(4);
  expect(there.pages.wordsOn("note/2")).toBe(0);
  here.pages.lookAt("note/1");
  const seen = [{ nodeId: here.replicator.nodeId, noteId: "note/1" }];
  await expect.poll(() => there.pages.onlookers(), PATIENCE).toEqual(seen);
  expect(here.pages.onlookers()).toEqual([]);
  await here.presence.leave();
  await expect.poll(() => there.pages.onlookers(), PATIENCE).toEqual([]);
  await here.presence.join();
  await expect.poll(() => there.pages.onlookers(), PATIENCE).toEqual(seen);
  here.pages.lookAt(undefined);
  await expect.poll(() => there.pages.onlookers(), PATIENCE).toEqual([]);
  here.pages.clear("note/1");
  await expect.poll(() => there.pages.wordsOn("note/1"), PATIENCE).toBe(0);
  expect([...here.errors, ...there.errors]).toEqual([]);
});
