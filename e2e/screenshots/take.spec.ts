import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { NotesPage } from "../tests/notes-page.ts";

/** Who writes what: the first, second or third tab. */
const NOTES: readonly (readonly [tab: 0 | 1 | 2, text: string])[] = [
  [0, "My dog is ill and needs a vet"],
  [1, "Book the train to Vienna for the conference"],
  [2, "Soup: leeks, potatoes, cream, a little nutmeg"],
  [0, "The cat likes the warm window"],
  [1, "Ask Maria about the hospital appointment"],
  [2, "Try the new bakery on the corner"],
  [0, "Water the tomatoes in the garden"],
  [1, "Piano lesson moved to five"],
  [2, "Renew the office lease and the insurance"],
  [1, "Rehearsal for the spring concert on Sunday"],
  [0, "Lisa brings the projector and the long cable"],
];

test("docs/screenshots", async ({ context }) => {
  const tabs = (await NotesPage.openMany(context, "studio", 3)) as [NotesPage, NotesPage, NotesPage];
  const [first, second, third] = tabs;
  for (const [tab, text] of NOTES) {
    await tabs[tab].save(text, "quorum");
    for (const each of tabs) await expect(each.note(text)).toHaveAttribute("data-state", "saved");
  }

  await first.page.getByTestId("conflict-make").click();
  for (const { conflictMark } of tabs) await expect(conflictMark.filter({ visible: true })).toHaveCount(1);
  await first.page.getByTestId("composer-text").fill("The violin needs new strings before the concert");
  await take(first.page, "light");
  await first.page.getByTestId("composer-text").fill("");

  await second.page.bringToFront();
  await second.conflictMark.filter({ visible: true }).click();
  await expect(second.page.getByTestId("resolution")).toHaveCount(3);
  await take(second.page, "conflict");
  await second.page.getByTestId("conflict-close").click();

  await first.page.getByTestId("words-load").click();
  for (const { page } of tabs) await expect(page.getByTestId("words-rate")).toContainText("5,000 words here");
  await second.page.emulateMedia({ colorScheme: "dark" });
  await second.page.getByTestId("search-input").fill("pets and animals");
  await expect(second.page.getByTestId("nearby-word").first()).toBeVisible();
  await second.page.getByTestId("map-note").and(second.page.locator("[data-conflict]")).focus();
  const dark = await take(second.page, "dark");

  await first.page.bringToFront();
  await first.page.getByTestId("search-input").fill("music");
  await expect(first.page.getByTestId("nearby-word").first()).toBeVisible();
  const light = await first.page.screenshot();
  await first.page.getByTestId("search-input").fill("");
  await second.page.getByTestId("search-input").fill("");
  await writeTogether(first, second);
  await take(first.page, "together");

  await third.page.bringToFront();
  await third.page.getByTestId("offline-toggle").click();
  await expect(third.page.getByTestId("presence")).toHaveText("offline");
  await third.save("Written on the train, without a network", "quorum");
  await expect(third.page.getByTestId("note-unconfirmed").filter({ visible: true })).toHaveCount(1);
  const offline = await take(third.page, "offline");
  await takeSideBySide(context, [light, dark, offline]);

  await third.page.getByTestId("offline-toggle").click();
  await expect(third.page.getByTestId("note-unconfirmed").filter({ visible: true })).toHaveCount(0);
  await third.page.setViewportSize({ width: 360, height: 740 });
  await expect(third.page.getByTestId("notice").filter({ visible: true })).toHaveCount(0);
  await take(third.page, "narrow");
  await third.page.getByRole("button", { name: "Map", exact: true }).click();
  await take(third.page, "narrow-map");
});

/** On the page of one note, with both cursors in it. */
async function writeTogether(here: NotesPage, there: NotesPage): Promise<void> {
  const [, title] = NOTES.at(-1)!;
  for (const tab of [here, there]) {
    await tab.page.bringToFront();
    await tab.note(title).getByTestId("note-page").click();
  }
  const [ours, theirs] = [here.page.getByTestId("page-text"), there.page.getByTestId("page-text")];
  await theirs.pressSequentially("To bring:\n- the projector and its remote\n- the long cable\n- ");
  await here.page.bringToFront();
  await expect(ours).toContainText("the long cable");
  await theirs.pressSequentially("two adapters");
  await ours.press("Control+Home");
  await ours.press("End");
  await ours.pressSequentially(" (Lisa)");
  await expect(here.page.locator(".cm-ySelectionInfo")).toHaveCount(1);
}

async function take(page: Page, name: string): Promise<Buffer> {
  await page.bringToFront();
  // The map and what is counted per second come to rest.
  await page.waitForTimeout(1000);
  return page.screenshot({ path: pathOf(name), animations: "disabled" });
}

async function takeSideBySide(context: BrowserContext, images: readonly Buffer[]): Promise<void> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 2160, height: 468 });
  const shown = images.map((image) => `<img src="data:image/png;base64,${image.toString("base64")}">`);
  await page.setContent(`<style>
    body { margin: 16px; display: flex; gap: 16px; background: #7f8c87 }
    img { width: calc((100% - 32px) / 3); border-radius: 8px }
  </style>${shown.join("")}`);
  await page.screenshot({ path: pathOf("three-tabs") });
  await page.close();
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../docs/screenshots/${name}.png`, import.meta.url));
}
