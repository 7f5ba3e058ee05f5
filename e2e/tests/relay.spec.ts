import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { RecordingProxy } from "./recording-proxy.ts";
import { Tab, type TabConfig } from "./tab.ts";

const BYTES_PER_SECOND = 65_536;
const RELAYS = ["--relay-bytes-per-second", String(BYTES_PER_SECOND)];

/** Tabs that may go through TURN servers only, of which there are none: nothing connects them. */
const cutOff = (room: string, signaling: string): TabConfig => ({
  room,
  signaling,
  password: "five random words or more",
  iceTransportPolicy: "relay",
  relay: true,
  replicationFactor: 2,
  distinctDevices: false,
});

/** By which way each other replica is reached. */
async function paths(tab: Tab): Promise<(string | undefined)[]> {
  return (await tab.replicas()).slice(1).map(({ path }) => path);
}

interface RelayedMessage {
  readonly atMs: number;
  readonly data: string;
}

function relayedIn({ recorded }: RecordingProxy): RelayedMessage[] {
  return recorded.flatMap(({ atMs, text }) => {
    const message = JSON.parse(text) as { type: string; data: string };
    return message.type === "relay" ? [{ atMs, data: message.data }] : [];
  });
}

test("T11: tabs that nothing connects replicate through the signaling server, which sees only sealed bytes", async ({
  openContext,
  room,
  startSignaling,
}) => {
  await using proxy = await RecordingProxy.start((await startSignaling("0", ...RELAYS)).url);
  const config = cutOff(room, proxy.url);
  const first = await Tab.join(await openContext(), config);
  const second = await Tab.join(await openContext(), config);
  await eventually(() => first.votersOnline()).toBe(2);
  const secret = "what only members of the room may read";
  expect((await first.write("the id of a note", secret, "quorum")).acks).toHaveLength(2);
  await eventually(() => second.read("the id of a note")).toBe(secret);
  for (const tab of [first, second]) {
    await eventually(() => paths(tab)).toEqual(["relay"]);
    expect(await tab.events("error")).toEqual([]);
  }

  const relayed = relayedIn(proxy);
  expect(relayed.length).toBeGreaterThan(2);
  const seen = [
    ...proxy.recorded.map(({ text }) => Buffer.from(text)),
    ...relayed.map(({ data }) => Buffer.from(data, "base64url")),
  ];
  const nodeIds = [await first.nodeId(), await second.nodeId()];
  const hidden = [secret, "the id of a note", ...nodeIds, ...nodeIds.map((id) => Buffer.from(id, "hex"))];
  for (const text of hidden) expect(seen.filter((bytes) => bytes.includes(text))).toEqual([]);

  await second.page.close();
  await eventually(() => first.peersOnline()).toBe(0);
});

test("T11: what is relayed keeps to the server's rate, and arrives whole", async ({
  openContext,
  room,
  startSignaling,
}) => {
  const { url } = await startSignaling("0", ...RELAYS);
  await using proxy = await RecordingProxy.start(url);
  const config = cutOff(room, proxy.url);
  const first = await Tab.join(await openContext(), config);
  const entries = 200;
  // Some 300 KB that do not compress.
  await first.page.evaluate((count) => window.app.writeRandom(0, count, 384), entries);
  const second = await Tab.join(await openContext(), config);
  await eventually(() => second.count()).toBe(entries);
  expect(await second.contents()).toEqual(await first.contents());

  const relayed = relayedIn(proxy);
  const total = relayed.reduce((sum, { data }) => sum + data.length, 0);
  expect(total).toBeGreaterThan(entries * 384 * 4);
  // From any message on, no more than a burst of a second and the rate; twice that each way, as both send.
  let sum = 0;
  for (const { atMs, data } of relayed) {
    sum += data.length;
    const elapsedS = (atMs - (relayed[0]?.atMs ?? 0)) / 1000;
    expect(sum).toBeLessThan(2 * BYTES_PER_SECOND * (elapsedS + 2));
  }
  // The server had to hold up nobody: replicas keep to the rate themselves.
  const metrics = await (await fetch(`${url.replace("ws:", "http:")}/metrics`)).text();
  expect(metrics).toMatch(/^vecmesh_signaling_throttled_total 0$/m);
});

test("T11: tabs come back to each other when the relay was away", async ({ openContext, room, startSignaling }) => {
  const server = await startSignaling("0", ...RELAYS);
  const config = cutOff(room, server.url);
  const first = await Tab.join(await openContext(), config);
  const second = await Tab.join(await openContext(), config);
  await eventually(() => paths(first)).toEqual(["relay"]);
  await server[Symbol.asyncDispose]();
  for (const tab of [first, second]) await eventually(() => tab.peersOnline()).toBe(0);
  await first.write("meanwhile", "written alone");
  await startSignaling(new URL(server.url).port, ...RELAYS);
  await eventually(() => second.read("meanwhile")).toBe("written alone");
  await eventually(() => paths(second)).toEqual(["relay"]);
});

test("T11: a relay is refused without a password", async ({ openContext, room, startSignaling }) => {
  const { password: _, ...config } = cutOff(room, (await startSignaling("0", ...RELAYS)).url);
  const tab = await Tab.blank(await openContext());
  expect(await tab.openOutcome(config)).toMatchObject({
    error: { code: "invalid-config", option: "relay", message: expect.stringContaining("password") },
  });
});
