import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";

async function join(device: BrowserContext, room: string): Promise<Page> {
  const page = await device.newPage();
  await page.goto("/documents.html");
  await page.waitForFunction(() => "documents" in window);
  await page.evaluate((name) => window.documents.join(name), room);
  return page;
}

const shown = (page: Page): Promise<unknown> => page.evaluate(() => window.documents.shown("n"));
const online = (page: Page, isOnline: boolean): Promise<void> =>
  page.evaluate((on) => (on ? window.documents.replica.start() : window.documents.replica.stop()), isOnline);

test("a counter that three tabs raise a hundred times each says 300", async ({ device, room }) => {
  const tabs = [await join(device, room), await join(device, room), await join(device, room)];
  await Promise.all(tabs.map((tab) => tab.evaluate(() => window.documents.like("n", 100))));
  for (const tab of tabs) await eventually(() => shown(tab)).toMatchObject({ likes: 300 });
});

test("of two tags that two tabs add at once both are there", async ({ device, room }) => {
  const [one, other] = [await join(device, room), await join(device, room)];
  await one.evaluate(() => window.documents.tag("n", "first"));
  await eventually(() => shown(other)).toMatchObject({ tags: ["first"] });
  for (const tab of [one, other]) await online(tab, false);
  await one.evaluate(() => window.documents.tag("n", "left"));
  await other.evaluate(() => window.documents.tag("n", "right"));
  for (const tab of [one, other]) await online(tab, true);
  for (const tab of [one, other])
    await eventually(async () => ((await shown(tab)) as { tags: string[] }).tags.toSorted()).toEqual([
      "first",
      "left",
      "right",
    ]);
  expect(await shown(one)).toEqual(await shown(other));
});

test("two people type in one note, at once and while they are apart, and keep every letter", async ({
  device,
  room,
}) => {
  const [one, other] = [await join(device, room), await join(device, room)];
  await one.evaluate(() => window.documents.edit("n"));
  await one.getByLabel("Note").pressSequentially("Dear reader.");
  await eventually(() => shown(other)).toMatchObject({ body: "Dear reader." });
  await other.evaluate(() => window.documents.edit("n"));
  const areas = [one.getByLabel("Note"), other.getByLabel("Note")] as const;
  await areas[1].press("Control+Home");
  await Promise.all([areas[0].pressSequentially(" Goodbye."), areas[1].pressSequentially("Hello! ")]);
  for (const area of areas) await expect(area).toHaveValue("Hello! Dear reader. Goodbye.");
  for (const tab of [one, other]) await online(tab, false);
  await areas[0].pressSequentially(" Yours, A.");
  await areas[1].pressSequentially("And hi. ");
  for (const tab of [one, other]) await online(tab, true);
  for (const area of areas) await expect(area).toHaveValue("Hello! And hi. Dear reader. Goodbye. Yours, A.");
  await one.reload();
  await one.waitForFunction(() => "documents" in window);
  await one.evaluate((name) => window.documents.join(name), room);
  await one.evaluate(() => window.documents.edit("n"));
  await expect(areas[0]).toHaveValue("Hello! And hi. Dear reader. Goodbye. Yours, A.");
});
