/// <reference types="@vitest/browser-playwright" />
import { afterEach, expect, test } from "vitest";
import { cdp, commands } from "vitest/browser";
import type { Store } from "../../ports/storage.ts";
import { PROFILE_DATABASE } from "./database-names.ts";
import type { indexedDbStorage } from "./indexeddb-storage.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    openTab: (modulePath: string, subdomain?: string) => Promise<string>;
    runInTab: (tab: string, source: string, args: readonly unknown[]) => Promise<unknown>;
    reloadTab: (tab: string, modulePath: string) => Promise<void>;
    closeTab: (tab: string) => Promise<void>;
    crashTab: (tab: string) => Promise<void>;
    listDatabaseFolders: () => Promise<string[]>;
  }
}

const MODULE = "packages/sdk/src/adapters/indexeddb/indexeddb-storage.ts";

/** What `openTab` leaves in a tab for the functions that run there. */
declare const subject: { indexedDbStorage: typeof indexedDbStorage; store: Store };

interface Opened {
  readonly name: string;
  readonly deviceId: string;
  readonly keys: readonly string[];
}

const openTabs = new Set<string>();

afterEach(async () => {
  for (const tab of openTabs) await commands.closeTab(tab);
  openTabs.clear();
});

async function openTab(subdomain?: string): Promise<string> {
  const tab = await commands.openTab(MODULE, subdomain);
  openTabs.add(tab);
  return tab;
}

/** Opens a store in the tab and keeps it; the error's code if that fails. */
async function openStore(tab: string, room: string, replicaName: string): Promise<Opened | string> {
  return inTab(tab, openInTab, room, replicaName);
}

async function openInTab(room: string, replicaName: string): Promise<Opened | string> {
  try {
    const store = await subject.indexedDbStorage().open({ room, replicaName });
    subject.store = store;
    const keys: string[] = [];
    for await (const chunk of store.scan("")) keys.push(...chunk.map(([key]) => key));
    await store.commit({ puts: [[`opening ${keys.length + 1}`, new Uint8Array(3)]], deletes: [] }, "strict");
    return { name: store.replicaName, deviceId: store.deviceId, keys };
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

async function inTab<A extends readonly unknown[], R>(
  tab: string,
  body: (...args: A) => Promise<R>,
  ...args: A
): Promise<R> {
  return (await commands.runInTab(tab, body.toString(), args)) as R;
}

function names(opened: readonly (Opened | string)[]): string[] {
  return opened.map((one) => (typeof one === "string" ? one : one.name)).toSorted();
}

test("tabs that ask at once share one device id and get a store each", async () => {
  const tabs = [await openTab(), await openTab()];
  await deleteDatabase(PROFILE_DATABASE);
  const room = crypto.randomUUID();
  const opened = await Promise.all(tabs.map((tab) => openStore(tab, room, "auto")));
  expect(names(opened)).toEqual(["replica-1", "replica-2"]);
  expect(new Set(opened.map((one) => typeof one !== "string" && one.deviceId)).size).toBe(1);
});

test("of tabs that ask for one name at once, one is told `replica-in-use`", async () => {
  const tabs = [await openTab(), await openTab()];
  const room = crypto.randomUUID();
  const opened = await Promise.all(tabs.map((tab) => openStore(tab, room, "mine")));
  expect(names(opened)).toEqual(["mine", "replica-in-use"]);
});

test("a tab that reloads finds its own store again, beside another tab", async () => {
  const [tab, other] = [await openTab(), await openTab()];
  const room = crypto.randomUUID();
  expect(await openStore(tab, room, "auto")).toMatchObject({ name: "replica-1", keys: [] });
  expect(await openStore(other, room, "auto")).toMatchObject({ name: "replica-2", keys: [] });
  for (const keys of [["opening 1"], ["opening 1", "opening 2"]]) {
    await commands.reloadTab(tab, MODULE);
    expect(await openStore(tab, room, "auto")).toMatchObject({ name: "replica-1", keys });
  }
});

test.each(["closeTab", "crashTab"] as const)("%s lets go of the store and loses nothing of it", async (end) => {
  const [tab, next] = [await openTab(), await openTab()];
  const room = crypto.randomUUID();
  await openStore(tab, room, "mine");
  expect(await openStore(next, room, "mine")).toBe("replica-in-use");
  openTabs.delete(tab);
  await commands[end](tab);
  // The browser frees a dead page's locks in its own time.
  await expect
    .poll(() => openStore(next, room, "mine"), { timeout: 10_000 })
    .toMatchObject({ name: "mine", keys: ["opening 1"] });
});

test("a full disk says `storage-full`, leaves nothing half-written and does not lose the store", async () => {
  // An origin of its own, because the browser remembers for half a minute how much room an origin has.
  const subdomain = crypto.randomUUID();
  const origin = location.origin.replace(location.hostname, `${subdomain}.localhost`);
  await cdp().send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
  const tab = await openTab(subdomain);
  expect(await openStore(tab, "room", "one")).toMatchObject({ keys: [] });
  expect(await inTab(tab, overfillInTab)).toEqual({ outcome: "storage-full", keys: ["opening 1"] });
  await cdp().send("Storage.overrideQuotaForOrigin", { origin });
  expect(await inTab(tab, overfillInTab)).toMatchObject({ outcome: "stored" });
});

async function overfillInTab(): Promise<{ outcome: string; keys: string[] }> {
  const pairs = Array.from({ length: 100 }, (_, i) => [`pair ${i}`, new Uint8Array(50_000)] as const);
  const outcome = await subject.store.commit({ puts: pairs, deletes: [] }, "strict").then(
    () => "stored",
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  const keys: string[] = [];
  for await (const chunk of subject.store.scan("")) keys.push(...chunk.map(([key]) => key));
  return { outcome, keys };
}

test("the profile of these tests is on disk", async () => {
  await openStore(await openTab(), crypto.randomUUID(), "auto");
  expect((await commands.listDatabaseFolders()).join()).toContain(location.hostname);
});

async function deleteDatabase(name: string): Promise<void> {
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener("success", resolve);
    request.addEventListener("error", reject);
  });
}
