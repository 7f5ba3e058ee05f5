import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

test("two tabs sync with no server at all", async ({ device, room }) => {
  const writer = await Tab.join(device, { room });
  const reader = await Tab.join(device, { room });
  await writer.write("greeting", "hello");
  await eventually(() => reader.read("greeting")).toBe("hello");
  await reader.write("greeting", "hello to you too");
  await eventually(() => writer.read("greeting")).toBe("hello to you too");
  expect(await writer.contents()).toEqual(await reader.contents());
});

test("a tab finds by meaning what another tab has loaded: king, queen", { tag: "@browsers" }, async ({ join }) => {
  const writer = await join();
  const reader = await join();
  await writer.run(() => window.app.writeWords(5000));
  await eventually(() => reader.count()).toBe(5000);
  const near = await reader.run(() => window.app.wordsLike("king", 10));
  expect(near).toHaveLength(10);
  expect(near).toContain("queen");
});
