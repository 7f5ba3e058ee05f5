import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

test("bad input is refused by name, and nothing of it is stored", async ({ device, room }) => {
  const tab = await Tab.join(device, { room, dimensions: 3 });
  const outcomes = await tab.page.evaluate(async () => {
    const good = { id: "good", vector: Float32Array.of(1, 0, 0) };
    const nested = (depth: number): object => (depth === 0 ? {} : { deeper: nested(depth - 1) });
    const bad: Record<string, unknown> = {
      "another dimension": { ...good, vector: Float32Array.of(1, 0) },
      "not a number": { ...good, vector: Float32Array.of(1, Number.NaN, 0) },
      infinite: { ...good, vector: Float32Array.of(1, 0, Number.POSITIVE_INFINITY) },
      "the same id twice": good,
      "an id of 513 bytes": { ...good, id: "i".repeat(513) },
      "metadata that is no object": { ...good, metadata: [] },
      "metadata that is no JSON": { ...good, metadata: { when: new Date(0) } },
      "metadata 33 deep": { ...good, metadata: nested(33) },
      "metadata over 64 KiB": { ...good, metadata: { text: "t".repeat(65_536) } },
      "metadata with __proto__": { ...good, metadata: JSON.parse('{"__proto__":{"isAdmin":true}}') },
    };
    const codes: Record<string, unknown> = {};
    for (const [name, entry] of Object.entries(bad)) {
      // A good entry in the same batch: it must not be stored either.
      const batch = [good, entry] as Parameters<typeof window.app.replica.writeBatch>[0];
      const outcome = await window.app.outcome(() => window.app.replica.writeBatch(batch, { consistency: "one" }));
      codes[name] = "error" in outcome ? outcome.error["code"] : "stored";
    }
    return codes;
  });
  expect(outcomes).toEqual({
    "another dimension": "dimension-mismatch",
    "not a number": "invalid-entry",
    infinite: "invalid-entry",
    "the same id twice": "invalid-entry",
    "an id of 513 bytes": "invalid-entry",
    "metadata that is no object": "invalid-entry",
    "metadata that is no JSON": "invalid-entry",
    "metadata 33 deep": "invalid-entry",
    "metadata over 64 KiB": "invalid-entry",
    "metadata with __proto__": "invalid-entry",
  });
  expect(await tab.count()).toBe(0);
});

test("a tab that insists on other facts than the room's is told which, and the room goes on", async ({
  device,
  room,
}) => {
  const founder = await Tab.join(device, { room, dimensions: 3, distinctDevices: false });
  const member = await Tab.join(device, { room, distinctDevices: false });
  await eventually(() => founder.votersOnline()).toBe(2);
  const stranger = await Tab.join(device, { room, dimensions: 4 });
  await eventually(() => stranger.events("error")).toContainEqual(
    expect.objectContaining({ code: "room-mismatch", fact: "dimensions", ours: "4", theirs: "3" }),
  );
  await founder.write("note", "undisturbed", "quorum");
  await eventually(() => member.read("note")).toBe("undisturbed");
  expect(await stranger.count()).toBe(0);
});

test("a named replica that is open in another tab is in use, until it is closed there", async ({ device, room }) => {
  const config = { room, replicaName: "mine" };
  const first = await Tab.join(device, config);
  const second = await Tab.blank(device);
  expect(await second.openOutcome(config)).toMatchObject({
    error: { code: "replica-in-use", replicaName: "mine", message: expect.stringContaining("Close it there, or use") },
  });
  await first.page.evaluate(() => window.app.replica.close());
  expect(await second.openOutcome(config)).toEqual({});
});

test("a page without a secure context is told to use HTTPS or localhost", async ({ openDevice, baseURL, room }) => {
  const device = await openDevice({ args: ["--host-resolver-rules=MAP notes.example 127.0.0.1"] });
  const tab = await Tab.blank(device, `http://notes.example:${new URL(baseURL ?? "").port}/`);
  const outcome = await tab.openOutcome({ room });
  expect(outcome).toMatchObject({
    error: { code: "insecure-context", message: expect.stringMatching(/HTTPS.*localhost/) },
  });
});
