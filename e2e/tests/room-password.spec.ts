import type { JsonObject } from "@vecmesh/sdk";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { HostileSignaling } from "./hostile-signaling.ts";
import { Tab, type TabPage } from "./tab.ts";

const PASSWORD = "correct horse battery staple";
const SECRET = "the treasure lies under the old oak";
/** In which both sides must have said `unauthorized`. */
const SOON = { timeout: 5000 };

const unauthorized = (errors: readonly JsonObject[]): number =>
  errors.filter(({ code, credential }) => code === "unauthorized" && credential === "password").length;
const refusals = async (tab: Tab<TabPage>): Promise<number> => unauthorized(await tab.events("error"));

test("who knows the password shares the room, over a server and within one browser", async ({
  openContext,
  room,
  startSignaling,
}) => {
  const config = { room, signaling: (await startSignaling()).url, password: PASSWORD };
  const context = await openContext();
  const tabs = [
    await Tab.join(context, config),
    await Tab.join(context, config),
    await Tab.join(await openContext(), config),
  ];
  for (const [i, tab] of tabs.entries()) await tab.write(`note ${i}`, SECRET);
  for (const tab of tabs) await eventually(() => tab.count()).toBe(3);
  for (const tab of tabs) expect(await tab.events("error")).toEqual([]);
});

for (const { who, password } of [
  { who: "another password", password: { password: "correct horse battery stable" } },
  { who: "none", password: {} },
]) {
  for (const { way, isSameBrowser } of [
    { way: "over a server", isSameBrowser: false },
    { way: "within one browser", isSameBrowser: true },
  ]) {
    test(`who has ${who} is told so within 5 seconds, as is who is there, once, ${way}`, async ({
      openContext,
      room,
      startSignaling,
    }) => {
      const signaling = isSameBrowser ? {} : { signaling: (await startSignaling()).url };
      const context = await openContext();
      const member = await Tab.join(context, { room, ...signaling, password: PASSWORD });
      await member.write("note", SECRET);
      const outsider = await Tab.join(isSameBrowser ? context : await openContext(), {
        room,
        ...signaling,
        ...password,
      });
      for (const tab of [member, outsider]) await eventually(() => refusals(tab), SOON).toBe(1);

      // By then a loop would have come round several times.
      const friend = await Tab.join(isSameBrowser ? context : await openContext(), {
        room,
        ...signaling,
        password: PASSWORD,
      });
      await eventually(() => friend.read("note")).toBe(SECRET);
      await member.page.waitForTimeout(5000);
      for (const tab of [member, outsider, friend]) expect(await refusals(tab)).toBe(1);
      expect(await outsider.count()).toBe(0);
      expect(await outsider.peersOnline()).toBe(0);
      expect(await member.peersOnline()).toBe(1);
    });
  }
}

test(
  "a password that is changed leaves out who has the old one, until theirs is changed too",
  { tag: "@browsers" },
  async ({ join, startSignaling }) => {
    const config = { signaling: (await startSignaling()).url, password: "old" };
    const first = await join(config);
    const second = await join(config);
    await first.write("note", "for all");
    await eventually(() => second.read("note")).toBe("for all");

    await first.rotatePassword(PASSWORD);
    for (const tab of [first, second]) await eventually(() => refusals(tab), SOON).toBe(1);
    await first.write("note", SECRET);
    const third = await join({ ...config, password: PASSWORD });
    await eventually(() => third.read("note")).toBe(SECRET);
    expect(await second.read("note")).toBe("for all");

    await second.rotatePassword(PASSWORD);
    await eventually(() => second.read("note")).toBe(SECRET);
  },
);

test.describe("a signaling server that puts itself between two replicas", () => {
  for (const { what, password, leaked, isIn } of [
    { what: "reads along where the room has no password", password: {}, leaked: undefined, isIn: true },
    { what: "learns nothing where it has one", password: { password: PASSWORD }, leaked: undefined, isIn: false },
    {
      what: "learns nothing though it has got hold of the key that seals signaling",
      password: { password: PASSWORD },
      leaked: PASSWORD,
      isIn: false,
    },
  ]) {
    test(what, async ({ openContext, room }) => {
      await using server = await HostileSignaling.start();
      const middleman = await (await openContext()).newPage();
      await middleman.goto("/middleman.html");
      await middleman.evaluate(([url, name, key]) => window.middleman.begin(url, name, key), [
        server.url,
        room,
        leaked,
      ] as const);
      const config = { room, signaling: server.url, ...password };
      const first = await Tab.join(await openContext(), config);
      await first.write("note", SECRET);
      const second = await Tab.join(await openContext(), config);
      const overheard = (): Promise<boolean> =>
        middleman.evaluate((secret) => window.middleman.overheard.includes(secret), SECRET);

      if (isIn) {
        await eventually(() => second.read("note")).toBe(SECRET);
        expect(await overheard()).toBe(true);
        for (const tab of [first, second]) expect(await tab.events("error")).toEqual([]);
        return;
      }
      for (const tab of [first, second]) await eventually(() => refusals(tab), SOON).toBe(1);
      await first.page.waitForTimeout(5000);
      for (const tab of [first, second]) {
        expect(await refusals(tab)).toBe(1);
        expect(await tab.peersOnline()).toBe(0);
      }
      expect(await overheard()).toBe(false);
      expect(await second.count()).toBe(0);
      // With the key it does come between, once, and is found out there.
      expect(await middleman.evaluate(() => window.middleman.lines)).toBe(leaked === undefined ? 0 : 1);
    });
  }
});
