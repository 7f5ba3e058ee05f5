import { expect, test } from "./fixtures.ts";
import { NotesPage } from "./notes-page.ts";

const VET = "my dog is ill and needs a vet";

test("demo: a note written at quorum in one of three tabs is acknowledged and appears in the others", async ({
  device,
  room,
}) => {
  const [writer, ...others] = (await NotesPage.openMany(device, room, 3)) as [NotesPage, ...NotesPage[]];
  await writer.save(VET, "quorum");
  await expect(writer.lastWrite).toHaveAttribute("data-state", "acknowledged");
  await expect(writer.lastWrite).toHaveAttribute("data-level", "quorum");
  await expect(writer.page.getByTestId("replica-ack").filter({ visible: true }).first()).toBeVisible();
  for (const tab of others) await expect(tab.note(VET)).toHaveAttribute("data-state", "saved");
});

test("demo: typing in the search box ranks notes by meaning", async ({ device, room }) => {
  const tab = await NotesPage.open(device, room);
  const texts = [VET, "quarterly budget for the marketing department", "rain and wind are expected on sunday"];
  for (const text of texts) {
    await tab.save(text, "one");
    await expect(tab.note(text)).toHaveAttribute("data-state", "saved");
  }
  const notes = tab.page.getByTestId("note");
  const nearest = { animal: VET, sales: texts[1], weather: texts[2] };
  for (const [query, text] of Object.entries(nearest)) {
    await tab.page.getByTestId("search-input").fill(query);
    await expect(notes.first().getByTestId("note-text")).toHaveText(text ?? "");
  }
});

test("demo: what is written offline appears in the other tab when this one is back", async ({ device, room }) => {
  const [here, there] = (await NotesPage.openMany(device, room, 2)) as [NotesPage, NotesPage];
  await here.page.getByTestId("offline-toggle").click();
  await expect(here.page.getByTestId("presence")).toHaveText("offline");
  await here.save("written on the train", "one");
  await there.save("written at home", "one");
  await expect(there.note("written at home")).toBeVisible();
  await expect(here.note("written at home")).toHaveCount(0);

  await here.page.getByTestId("offline-toggle").click();
  for (const tab of [here, there]) {
    await expect(tab.note("written on the train")).toHaveAttribute("data-state", "saved");
    await expect(tab.note("written at home")).toHaveAttribute("data-state", "saved");
  }
});

test("demo: a conflict made on purpose shows in both tabs, and is over in both when one resolves it", async ({
  device,
  room,
}) => {
  const [here, there] = (await NotesPage.openMany(device, room, 2)) as [NotesPage, NotesPage];
  await here.page.getByTestId("conflict-make").click();
  for (const tab of [here, there]) {
    await expect(tab.conflictMark.filter({ visible: true })).toHaveCount(1);
    await expect(tab.page.getByTestId("event").and(tab.page.locator("[data-event=conflict]")).first()).toBeVisible();
  }

  await here.page.bringToFront();
  await here.conflictMark.filter({ visible: true }).click();
  const dialog = here.page.getByTestId("conflict-dialog");
  const modes = dialog.getByTestId("resolution");
  await expect(modes).toHaveCount(3);
  const merged = modes.and(here.page.locator("[data-mode=custom]"));
  const text = await merged.getByTestId("resolution-text").innerText();
  await merged.getByTestId("resolution-apply").click();
  await expect(dialog).toBeHidden();
  for (const tab of [here, there]) {
    await expect(tab.conflictMark.filter({ visible: true })).toHaveCount(0);
    await expect(tab.page.getByTestId("note").getByTestId("note-text")).toHaveText([text]);
  }
});

test("demo: 5,000 words loaded in one tab are there in the other", async ({ device, room }) => {
  const [here, there] = (await NotesPage.openMany(device, room, 2)) as [NotesPage, NotesPage];
  await here.page.getByTestId("words-load").click();
  for (const tab of [here, there]) await expect(tab.page.getByTestId("words-rate")).toContainText("5,000 words here");
  await expect(here.page.getByTestId("words-saved")).not.toHaveAttribute("data-saved", "0");
});

test("demo: notes are there again when all tabs were closed", async ({ openDevice, room }) => {
  const before = await openDevice();
  const tab = await NotesPage.open(before, room);
  await tab.save("remember the milk", "one");
  await expect(tab.note("remember the milk")).toHaveAttribute("data-state", "saved");
  await before.close();
  const again = await NotesPage.open(await openDevice(), room);
  await expect(again.note("remember the milk")).toBeVisible();
});

test("demo: a room gets a password, the copied link brings others in, and who comes without is told in words", async ({
  openContext,
  device,
  room,
}) => {
  const here = await NotesPage.open(device, room);
  const access = here.page.getByTestId("room-access");
  await expect(access).toHaveAttribute("data-password", "false");
  await expect(access).toContainText("This room has no password: who knows its name can join");
  await access.getByTestId("room-access-toggle").click();
  await access.getByTestId("password-input").fill("open sesame & co");
  await access.getByTestId("password-save").click();
  await expect(access).toHaveAttribute("data-password", "true");
  expect(new URL(here.page.url()).search).not.toContain("sesame");

  const invited = await NotesPage.visit(await openContext(), here.page.url());
  await here.save("only for us", "one");
  await expect(invited.note("only for us")).toBeVisible();
  await expect(invited.page.getByTestId("room-access")).toHaveAttribute("data-password", "true");

  const stranger = await NotesPage.open(await openContext(), room);
  for (const { page } of [here, stranger])
    await expect(page.getByTestId("notice").filter({ hasText: "Somebody here has another password" })).toBeVisible();
  await expect(stranger.page.getByTestId("note")).toHaveCount(0);
});

test("demo: a banner comes and goes by itself when the network does, and says what still works", async ({
  device,
  room,
}) => {
  const [here, there] = (await NotesPage.openMany(device, room, 2)) as [NotesPage, NotesPage];
  const banner = here.page.getByTestId("offline-banner");
  await expect(banner).toBeHidden();
  await device.setOffline(true);
  await expect(banner).toHaveAttribute("data-reach", "no-network");
  await expect(banner).toContainText("Reading, searching and writing go on");
  // They do: by the machine itself, to the browser's other tab.
  await here.save("written without a network", "quorum");
  await expect(there.note("written without a network")).toBeVisible();
  await device.setOffline(false);
  await expect(banner).toBeHidden();
});

test("demo: a page that is alone, its signaling server gone, says so until the server is back", async ({
  device,
  room,
  startSignaling,
}) => {
  const server = await startSignaling();
  const address = new URL(process.env["VECMESH_DEMO_URL"] ?? "");
  address.search = String(new URLSearchParams({ room, signaling: server.url }));
  const tab = await NotesPage.visit(device, address.href);
  const banner = tab.page.getByTestId("offline-banner");
  await server.crash();
  await expect(banner).toHaveAttribute("data-reach", "alone");
  await tab.save("kept here", "one");
  await expect(tab.note("kept here")).toHaveAttribute("data-state", "saved");
  await startSignaling(new URL(server.url).port);
  await expect(banner).toBeHidden();
});

test("demo: notes go from Chromium to Firefox and back, acknowledged by both", async ({
  device,
  openPuppeteer,
  room,
}) => {
  const firefox = await (await openPuppeteer("firefox", "firefox")).newPage();
  const here = await NotesPage.open(device, room);
  await firefox.goto(here.page.url());
  await expect(here.page.getByTestId("quorum-state")).toHaveAttribute("data-available", "true");

  await firefox.locator("[data-testid=composer-text]").fill("written in Firefox");
  await firefox.locator("[data-testid=composer-save]").click();
  await expect(here.note("written in Firefox")).toHaveAttribute("data-state", "saved");
  await firefox.waitForSelector("[data-testid=last-write][data-state=acknowledged]");

  await here.save("written in Chromium", "quorum");
  await expect(here.lastWrite).toHaveAttribute("data-state", "acknowledged");
  await firefox.waitForFunction(
    (text) => [...document.querySelectorAll("[data-testid=note-text]")].some((note) => note.textContent === text),
    {},
    "written in Chromium",
  );
  // It finds by meaning what was written elsewhere.
  await firefox.locator("[data-testid=search-input]").fill("Chromium");
  await firefox.waitForSelector("[data-testid=note][data-score]");
});
