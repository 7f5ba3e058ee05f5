import { expect, test } from "./fixtures.ts";
import { NotesPage } from "./notes-page.ts";

const NOTE = "what to pack for the lake";

test("demo: two people write on a note's page at once, see each other's names and cursors, and who looks at what; who closes the tab is gone", async ({
  device,
  room,
}) => {
  const [here, there] = (await NotesPage.openMany(device, room, 2)) as [NotesPage, NotesPage];
  const trouble: string[] = [];
  for (const { page } of [here, there])
    page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  await here.save(NOTE, "one");
  const names = await Promise.all([here, there].map(({ page }) => page.getByTestId("self-name").innerText()));
  for (const tab of [here, there]) await tab.note(NOTE).getByTestId("note-page").click();
  const texts = [here, there].map(({ page }) => page.getByTestId("page-text"));
  // Without the names that stand at the cursors.
  const written = (i: number): Promise<string> =>
    texts[i]!.evaluate((text) => {
      const copy = text.cloneNode(true) as HTMLElement;
      for (const caret of copy.querySelectorAll(".cm-ySelectionCaret")) caret.remove();
      return copy.textContent ?? "";
    });
  await texts[0]!.pressSequentially("a tent");
  await expect.poll(() => written(1)).toBe("a tent");
  await texts[1]!.press("Control+End");
  await Promise.all([
    texts[1]!.pressSequentially(", four torches"),
    (async () => {
      await texts[0]!.press("Control+Home");
      await texts[0]!.pressSequentially("First: ");
    })(),
  ]);
  for (const i of [0, 1]) await expect.poll(() => written(i)).toBe("First: a tent, four torches");

  for (const [i, tab] of [here, there].entries()) {
    const other = names[1 - i]!;
    await expect(tab.page.locator(".cm-ySelectionInfo")).toHaveText(other);
    await expect(tab.note(NOTE).getByTestId("onlookers")).toHaveAttribute("aria-label", `On this page: ${other}`);
    await expect(tab.page.getByTestId("replica-looks-at").filter({ visible: true })).toHaveText(`on “${NOTE}”`);
  }
  await texts[1]!.press("Escape");
  await expect(there.page.getByTestId("page-editor")).toHaveCount(0);
  await expect(there.note(NOTE).getByTestId("note-page")).toBeFocused();
  await expect(there.note(NOTE).getByTestId("note-page")).toHaveText("Page · 5 words");
  await expect(here.page.locator(".cm-ySelectionInfo")).toHaveCount(0);
  await expect(here.note(NOTE).getByTestId("onlookers")).toBeHidden();

  await there.note(NOTE).getByTestId("note-page").click();
  await expect(here.note(NOTE).getByTestId("onlookers")).toBeVisible();
  await there.page.close();
  await expect(here.note(NOTE).getByTestId("onlookers")).toBeHidden();
  await expect(here.page.getByTestId("replica-looks-at").filter({ visible: true })).toHaveCount(0);
  expect(trouble).toEqual([]);

  const again = await NotesPage.open(device, room);
  await expect(again.note(NOTE).getByTestId("note-page")).toHaveText("Page · 5 words");
});
