import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

test("separate browser contexts find each other through the signaling server", async ({
  openContext,
  room,
  startSignaling,
}) => {
  const signaling = (await startSignaling()).url;
  const first = await Tab.join(await openContext(), { room, signaling });
  const second = await Tab.join(await openContext(), { room, signaling });
  await first.write("note", "across contexts");
  await eventually(() => second.read("note")).toBe("across contexts");
});

test(
  "two devices, each with its own browser, acknowledge each other's writes and catch up when one was off",
  { tag: "@browsers" },
  async ({ openBrowser, room, startSignaling }) => {
    const config = { room, signaling: (await startSignaling()).url, replicationFactor: 2 };
    const laptop = await Tab.join(await openBrowser("laptop"), config);
    const phone = await openBrowser("phone");
    const onPhone = await Tab.join(phone, config);
    await eventually(() => laptop.votersOnline()).toBe(2);
    const receipt = await laptop.write("note", "on both", "quorum");
    expect([...receipt.acks].toSorted()).toEqual([await laptop.nodeId(), await onPhone.nodeId()].toSorted());
    expect(await onPhone.read("note")).toBe("on both");

    await phone.close();
    await laptop.write("note", "while the phone was off");
    const backOnPhone = await Tab.join(await openBrowser("phone"), config);
    await eventually(() => backOnPhone.read("note")).toBe("while the phone was off");
  },
);

test(
  "replication outlives the signaling server, and a restarted one brings new tabs in",
  { tag: "@browsers" },
  async ({ join, startSignaling }) => {
    const server = await startSignaling();
    const config = { signaling: server.url };
    const first = await join(config);
    const second = await join(config);
    await first.write("note", "before");
    await eventually(() => second.read("note")).toBe("before");

    await server.crash();
    await first.write("note", "without a server");
    await eventually(() => second.read("note")).toBe("without a server");
    await second.write("note", "and back");
    await eventually(() => first.read("note")).toBe("and back");

    await startSignaling(new URL(server.url).port);
    const third = await join(config);
    await eventually(() => third.read("note")).toBe("and back");
    await third.write("note", "from the newcomer");
    await eventually(() => first.read("note")).toBe("from the newcomer");
    await eventually(() => second.read("note")).toBe("from the newcomer");
  },
);

test("tabs that were there before the signaling server find each other when it starts", async ({
  openContext,
  room,
  startSignaling,
}) => {
  // A port that was free a moment ago.
  const placeholder = await startSignaling();
  await placeholder.crash();
  const config = { room, signaling: placeholder.url };
  const first = await Tab.join(await openContext(), config);
  const second = await Tab.join(await openContext(), config);
  await first.write("note", "written alone");
  for (const tab of [first, second]) {
    await eventually(() => tab.events("error")).toMatchObject([{ code: "signaling-unreachable" }]);
  }

  await startSignaling(new URL(placeholder.url).port);
  await eventually(() => second.read("note")).toBe("written alone");
});

test("two y-webrtc clients sync through our signaling server, beside a vecmesh room of the same name", async ({
  openContext,
  room,
  startSignaling,
}) => {
  const signaling = (await startSignaling()).url;
  const tabs = [
    await Tab.join(await openContext(), { room, signaling }),
    await Tab.join(await openContext(), { room, signaling }),
  ] as const;
  const documents = [
    await openDocument(await openContext(), room, signaling),
    await openDocument(await openContext(), room, signaling),
  ] as const;
  await documents[0].evaluate(() => window.yjs.append("hello"));
  await eventually(() => documents[1].evaluate(() => window.yjs.text)).toBe("hello");
  await documents[1].evaluate(() => window.yjs.append(" to you"));
  await eventually(() => documents[0].evaluate(() => window.yjs.text)).toBe("hello to you");

  await tabs[0].write("note", "undisturbed");
  await eventually(() => tabs[1].read("note")).toBe("undisturbed");
  for (const tab of tabs) expect(await tab.events("error")).toEqual([]);
});

async function openDocument(context: BrowserContext, room: string, signaling: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto("/y-webrtc.html");
  await page.evaluate(([name, server]) => window.yjs.join(name, server), [room, signaling] as const);
  return page;
}
