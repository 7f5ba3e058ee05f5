import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

test("T5: of two protocol versions in one room the older is told to reload, the newer that it waits for the older, and the room goes on", async ({
  device,
  room,
}) => {
  const older = await Tab.join(device, { room });
  const newer = await Tab.blank(device, "/newer/");
  await newer.open({ room });
  await newer.start();
  await eventually(() => older.events("error")).toMatchObject([
    { code: "protocol-mismatch", message: expect.stringMatching(/This replica is the older: .*reload/) },
  ]);
  await eventually(() => newer.events("error")).toMatchObject([
    { code: "protocol-mismatch", message: expect.stringMatching(/The peer is the older: .*reload/) },
  ]);
  const [told] = await older.events("error");
  expect(told).toMatchObject({ theirs: Number(told?.["ours"]) + 1 });

  const friend = await Tab.join(device, { room });
  await older.write("note", "among the old");
  await eventually(() => friend.read("note")).toBe("among the old");
  expect(await newer.count()).toBe(0);

  // Reloaded, it speaks what the newer speaks.
  const reloaded = await Tab.blank(device, "/newer/");
  await reloaded.open({ room });
  await reloaded.start();
  await reloaded.write("note", "among the new");
  await eventually(() => newer.read("note")).toBe("among the new");
});
