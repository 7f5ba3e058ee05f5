import type { BrowserContext, Page } from "@playwright/test";
import { edgeMetric, startEdge } from "./edge-process.ts";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";

const PROVIDERS = ["y-webrtc", "mesh"] as const;
type ProviderName = (typeof PROVIDERS)[number];

/** Five megabytes of text: twenty times what y-webrtc can put into one message. */
const LARGE = 5_000_000;
/** After this long a person has reloaded the page. */
const PATIENCE_MS = 20_000;

async function join(
  context: BrowserContext,
  provider: ProviderName,
  room: string,
  signaling: string,
  password?: string,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`/${provider}-provider.html`);
  await page.waitForFunction(() => "scenario" in window);
  await page.evaluate(([name, server, secret]) => window.scenario.join(name, server, secret), [
    room,
    signaling,
    password,
  ] as const);
  return page;
}

const text = (page: Page): Promise<string> => page.evaluate(() => window.scenario.text);
const append = (page: Page, more: string): Promise<void> => page.evaluate((it) => window.scenario.append(it), more);
const names = (page: Page): Promise<string[]> => page.evaluate(() => window.scenario.names);
const say = (page: Page, name: string): Promise<void> => page.evaluate((it) => window.scenario.say(it), name);

for (const provider of PROVIDERS) {
  test(`${provider}: a document and who is there are shared, with whoever comes later, and over an absence`, async ({
    openContext,
    room,
    startSignaling,
  }) => {
    const { url } = await startSignaling();
    const [one, other] = [
      await join(await openContext(), provider, room, url),
      await join(await openContext(), provider, room, url),
    ];
    await append(one, "hello");
    await eventually(() => text(other)).toBe("hello");
    await append(other, " you");
    await eventually(() => text(one)).toBe("hello you");
    for (const page of [one, other]) {
      expect(await page.evaluate(() => window.scenario.provider.connected)).toBe(true);
      await eventually(() => page.evaluate(() => window.scenario.told)).toMatchObject({
        synced: expect.arrayContaining([true]),
        peers: expect.arrayContaining([1]),
      });
    }

    await say(one, "Ann");
    await say(other, "Bo");
    const late = await join(await openContext(), provider, room, url);
    await eventually(() => text(late)).toBe("hello you");
    for (const page of [one, other, late]) await eventually(() => names(page)).toEqual(["Ann", "Bo"]);

    await other.evaluate(() => window.scenario.provider.disconnect());
    await append(one, "!");
    await append(other, "?");
    await eventually(() => text(late)).toBe("hello you!");
    await eventually(() => names(one)).toEqual(["Ann"]);
    expect(await text(other)).toBe("hello you?");
    await other.evaluate(() => window.scenario.provider.connect());
    for (const page of [one, other, late]) await eventually(() => text(page)).toMatch(/^hello you(!\?|\?!)$/);
    expect(await text(one)).toBe(await text(other));
    // y-webrtc forgets it when it disconnects.
    await say(other, "Bo");
    for (const page of [one, other, late]) await eventually(() => names(page)).toEqual(["Ann", "Bo"]);

    // A tab that is killed says no farewell, and y-webrtc takes who says nothing for there for 30 seconds, as long as is waited here.
    await one.close({ runBeforeUnload: provider === "y-webrtc" });
    await eventually(() => names(late)).toEqual(["Bo"]);
    await late.evaluate(() => window.scenario.provider.destroy());
    await append(other, " alone");
    expect(await text(late)).not.toContain("alone");
  });

  test(`${provider}: a password keeps those out who do not have it`, async ({ openContext, room, startSignaling }) => {
    const { url } = await startSignaling();
    const [one, other, stranger] = [
      await join(await openContext(), provider, room, url, "five random words or more"),
      await join(await openContext(), provider, room, url, "five random words or more"),
      await join(await openContext(), provider, room, url),
    ];
    await append(one, "among us");
    await eventually(() => text(other)).toBe("among us");
    expect(await text(stranger)).toBe("");
  });
}

test("y-webrtc and MeshProvider share a signaling server, an origin and a room's name without harm to each other", async ({
  device,
  openContext,
  room,
  startSignaling,
}) => {
  const { url } = await startSignaling();
  const pages = new Map<ProviderName, [Page, Page]>();
  for (const provider of PROVIDERS)
    pages.set(provider, [
      await join(device, provider, room, url),
      await join(await openContext(), provider, room, url),
    ]);
  for (const [provider, [here, there]] of pages) {
    await append(here, provider);
    await eventually(() => text(there)).toBe(provider);
    await say(there, provider);
    await eventually(() => names(here)).toEqual([provider]);
  }
  for (const [provider, [here, there]] of pages) {
    await append(there, "!");
    await eventually(() => text(here)).toBe(`${provider}!`);
    expect(await names(here)).toEqual([provider]);
  }
});

test("mesh: a document that is kept is flushed to a quorum of disks, or says that it is not, and is there after a restart without anybody", async ({
  openDevice,
  room,
  startSignaling,
}) => {
  const { url } = await startSignaling();
  const open = async (profile: string): Promise<[BrowserContext, Page]> => {
    const device = await openDevice({ profile });
    const page = await device.newPage();
    await page.goto("/mesh-provider.html");
    await page.waitForFunction(() => "scenario" in window);
    await page.evaluate(([name, server]) => window.scenario.join(name, server, undefined, true), [room, url] as const);
    return [device, page];
  };
  const flush = (page: Page): Promise<string | undefined> => page.evaluate(() => window.scenario.flush(5000));
  const [device, here] = await open("first");
  await append(here, "alone");
  expect(await flush(here)).toBe("quorum-unavailable");
  const [other, there] = await open("second");
  await eventually(() => text(there)).toBe("alone");
  await append(here, ", and together");
  await eventually(() => flush(here)).toBeUndefined();
  await other.close();
  await eventually(() => flush(here)).toBe("quorum-unavailable");
  await device.close();

  const [, again] = await open("first");
  await eventually(() => text(again)).toBe("alone, and together");
  const [, heir] = await open("second");
  await eventually(() => text(heir)).toBe("alone, and together");
  await eventually(() => flush(again)).toBeUndefined();
});

test("mesh: an edge replica keeps a document that no tab keeps, and hands it to whoever comes next", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const { url } = await startSignaling();
  await using edge = await startEdge({ room: `yjs/${room}`, data: testInfo.outputPath("edge") }, url);
  const writer = await join(await openContext(), "mesh", room, url);
  await append(writer, "kept elsewhere");
  const witness = await join(await openContext(), "mesh", room, url);
  await eventually(() => text(witness)).toBe("kept elsewhere");
  // Who comes later is told only what is stored; so that is in the writer's store, and the edge replica equal to it.
  await eventually(() => edgeMetric(edge, "peers")).toBe(2);
  await eventually(() => edgeMetric(edge, "lag_ms")).toBe(0);
  for (const page of [writer, witness]) await page.close();
  await eventually(() => edgeMetric(edge, "peers")).toBe(0);
  const late = await join(await openContext(), "mesh", room, url);
  await eventually(() => text(late)).toBe("kept elsewhere");
});

test("a document of 5 MB comes through MeshProvider; whether it does through y-webrtc is reported", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const { url } = await startSignaling();
  const pair = async (provider: ProviderName): Promise<[Page, Page]> => {
    const pages: [Page, Page] = [
      await join(await openContext(), provider, room, url),
      await join(await openContext(), provider, room, url),
    ];
    await append(pages[0], "begun ");
    await eventually(() => text(pages[1])).toBe("begun ");
    await pages[0].evaluate((length) => window.scenario.fill(length), LARGE);
    return pages;
  };
  const length = (page: Page): Promise<number> => page.evaluate(() => window.scenario.length);
  const whole = "begun ".length + LARGE;

  const [here, there] = await pair("mesh");
  await eventually(() => length(there)).toBe(whole);
  expect((await text(there)) === (await text(here))).toBe(true);

  const [, reader] = await pair("y-webrtc");
  const came = await reader
    .waitForFunction((all) => window.scenario.length === all, whole, { timeout: PATIENCE_MS })
    .then(() => true)
    .catch(() => false);
  const report = `y-webrtc: 5 MB ${came ? "came through" : `had not come after ${PATIENCE_MS / 1000} s`}`;
  testInfo.annotations.push({ type: "report", description: report });
  console.log(report);
});
