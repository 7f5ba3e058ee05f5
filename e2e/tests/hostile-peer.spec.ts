import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

/** docs/PROTOCOL.md, "Channel": the greeting, and the header of a control message in one piece. */
const HELLO = [0x20, 1];
const WHOLE_MESSAGE = 0x1c;

const GARBAGE: readonly { readonly what: string; readonly send: (page: Page) => Promise<void> }[] = [
  {
    what: "a frame of no known kind",
    send: (page) => page.evaluate(() => window.hostile.send([0xde, 0xad, 0xbe, 0xef])),
  },
  { what: "text", send: (page) => page.evaluate(() => window.hostile.sendText("GET / HTTP/1.1")) },
  {
    what: "a message that no replica sends",
    send: (page) =>
      page.evaluate(
        ([hello, header]) => {
          window.hostile.send(hello);
          window.hostile.send([header, 1, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        },
        [HELLO, WHOLE_MESSAGE] as const,
      ),
  },
];

for (const { what, send } of GARBAGE) {
  test(`${what} closes that connection with a reason, and harms nothing else`, async ({
    openContext,
    room,
    startSignaling,
  }) => {
    const signaling = (await startSignaling()).url;
    // In contexts of their own, so that the hostile page finds only the victim: the friend comes later.
    const victim = await Tab.join(await openContext(), { room, signaling });
    const hostile = await (await openContext()).newPage();
    await hostile.goto("/hostile.html");
    await hostile.evaluate(([server, name]) => window.hostile.meet(server, name), [signaling, room] as const);
    await eventually(() => hostile.evaluate(() => window.hostile.isOpen)).toBe(true);
    const friend = await Tab.join(await openContext(), { room, signaling });
    await eventually(() => victim.peersOnline()).toBe(1);

    await send(hostile);
    await eventually(() => hostile.evaluate(() => window.hostile.isOpen)).toBe(false);
    await eventually(() => victim.events("error")).toMatchObject([
      { code: "invalid-frame", reason: expect.any(String), message: expect.stringContaining("connection is closed") },
    ]);
    await victim.write("note", "unharmed");
    await eventually(() => friend.read("note")).toBe("unharmed");
    expect(await victim.peersOnline()).toBe(1);
  });
}
