import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

/** Whether the page that came back is the one that went, or a new one of the same address. */
declare global {
  interface Window {
    wentAway?: boolean;
    /** Of the `pageshow` that brought it back. */
    persisted?: boolean;
  }
}

test("T4: a page that is left by a link says goodbye at once, and is in the room again when it is gone back to", async ({
  openContext,
  room,
  startSignaling,
  openPuppeteer,
}) => {
  const config = { room, signaling: (await startSignaling()).url, replicationFactor: 2 };
  const stays = await Tab.join(await openContext(), config);
  const leaves = await Tab.join(await openPuppeteer("chromium", "device"), config);
  for (const tab of [stays, leaves]) await eventually(() => tab.votersOnline()).toBe(2);
  await leaves.run(() => {
    window.wentAway = true;
    window.addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted));
  });

  await leaves.page.goto(new URL("/hostile.html", leaves.page.url()).href);
  // Sooner than silence would tell.
  await eventually(() => stays.votersOnline(), { timeout: 4000 }).toBe(1);
  await stays.write("note", "while it was away");

  await leaves.page.goBack();
  expect(await leaves.run(() => [window.wentAway, window.persisted])).toEqual([true, true]);
  await eventually(() => leaves.read("note")).toBe("while it was away");
  await eventually(() => leaves.votersOnline()).toBe(2);
  expect((await leaves.write("note", "back", "quorum")).acks).toHaveLength(2);
  for (const tab of [stays, leaves]) expect(await tab.events("error")).toEqual([]);
});
