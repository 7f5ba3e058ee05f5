import type { Dot } from "@vecmesh/sdk";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

/** Tabs of one browser, each with a vote: by default one browser counts once. */
const EVERY_TAB_VOTES = { distinctDevices: false } as const;

test(
  "of three tabs, two acknowledge a write at quorum and three a write at all",
  { tag: "@browsers" },
  async ({ join }) => {
    const writer = await join(EVERY_TAB_VOTES);
    const others = [await join(EVERY_TAB_VOTES), await join(EVERY_TAB_VOTES)];
    await eventually(() => writer.votersOnline()).toBe(3);
    const nodeIds = await Promise.all([writer, ...others].map((tab) => tab.nodeId()));

    const quorum = await writer.write("note", "by two", "quorum");
    expect(quorum.required).toBe(2);
    expect(quorum.acks.length).toBeGreaterThanOrEqual(2);
    expect(nodeIds).toEqual(expect.arrayContaining([...quorum.acks]));

    const all = await writer.write("note", "by all", "all");
    expect(all.required).toBe(3);
    expect([...all.acks].toSorted()).toEqual(nodeIds.toSorted());
    // Acknowledged by all is held by all: nothing to wait for.
    for (const tab of others) expect(await tab.read("note")).toBe("by all");
  },
);

test(
  "a write at quorum with too few voters fails at once, spreads later, and is then confirmed",
  { tag: "@browsers" },
  async ({ join }) => {
    const alone = await join(EVERY_TAB_VOTES);
    const outcome = await alone.writeOutcome("note", "kept", "quorum");
    expect(outcome).toMatchObject({
      error: { code: "quorum-unavailable", required: 2, alive: 1, outcome: "unknown", dots: [expect.anything()] },
    });
    expect(await alone.read("note")).toBe("kept");

    const later = await join(EVERY_TAB_VOTES);
    await eventually(() => later.read("note")).toBe("kept");
    await eventually(() => alone.votersOnline()).toBe(2);
    const { dots } = (outcome as unknown as { error: { dots: Dot[] } }).error;
    const receipt = await alone.run((written) => window.app.replica.confirm(written, { consistency: "quorum" }), dots);
    expect(receipt).toMatchObject({ dots, required: 2 });
    expect([...receipt.acks].toSorted()).toEqual([await alone.nodeId(), await later.nodeId()].toSorted());
    // Nothing was written twice.
    expect((await later.contents()).map((entry) => entry.dots)).toEqual([dots]);
  },
);

test("tabs of one browser count as one device unless the room says otherwise", async ({ device, room }) => {
  const first = await Tab.join(device, { room });
  const second = await Tab.join(device, { room });
  await first.write("note", "seen");
  await eventually(() => second.read("note")).toBe("seen");
  expect(await first.writeOutcome("note", "again", "quorum")).toMatchObject({
    error: { code: "quorum-unavailable", required: 2, alive: 1 },
  });
});
