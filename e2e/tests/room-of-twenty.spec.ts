import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";

const TABS = 20;
/** Each has connections of its own to make, and the machine two processors. */
const AT_ONCE = 5;
/** Beside the 12 of `maxPeers`, a voter's to the other voters. */
const MOST_CONNECTIONS = 14;

declare global {
  interface Window {
    readonly connections: RTCPeerConnection[];
  }
}

/** Counts the page's RTCPeerConnections, from before its first one on. */
function countConnections(): void {
  const made: RTCPeerConnection[] = [];
  Object.defineProperty(window, "connections", { value: made });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
  };
}

const connectionsOf = ({ page }: Tab): Promise<{ open: number; made: number }> =>
  page.evaluate(() => ({
    open: window.connections.filter(({ connectionState }) => connectionState === "connected").length,
    made: window.connections.length,
  }));

test("T7: twenty tabs in one room: few connections each, everybody has what anybody writes, and voters that are no neighbours acknowledge", async ({
  openContext,
  startSignaling,
  room,
}) => {
  // Twenty pages start: a minute on a slow machine.
  test.slow();
  const config = { room, signaling: (await startSignaling()).url, dimensions: 3, distinctDevices: false };
  const context = await openContext();
  await context.addInitScript(countConnections);
  const tabs: Tab[] = [];
  while (tabs.length < TABS)
    tabs.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => Tab.join(context, config)))));

  await Promise.all(tabs.map((tab, i) => tab.write(`by ${i}`, `tab ${i}`)));
  for (const tab of tabs) await eventually(() => tab.count()).toBe(TABS);
  const contents = await Promise.all(tabs.map((tab) => tab.contents()));
  for (const each of contents) expect(each).toEqual(contents[0]);

  // Everybody knows of every voter, though not everybody is connected to it.
  const isOverOthers = async (tab: Tab): Promise<boolean> =>
    (await tab.replicas()).some(({ role, hops = 0 }) => role === "voter" && hops > 1);
  for (const tab of tabs) await eventually(() => tab.votersOnline()).toBe(3);
  const distances = await Promise.all(tabs.map(isOverOthers));
  const distant = tabs.filter((_, i) => distances[i]);
  expect(distant.length).toBeGreaterThan(0);
  for (const tab of distant.slice(0, 3))
    expect((await tab.writeUntilAcknowledged("from afar", "all", "all")).acks).toHaveLength(3);

  for (const tab of tabs) {
    // One more for a moment, where one takes another's place.
    await eventually(async () => (await connectionsOf(tab)).open).toBeLessThanOrEqual(MOST_CONNECTIONS);
    const { open, made } = await connectionsOf(tab);
    expect(open).toBeGreaterThan(0);
    expect(made).toBeLessThan(3 * MOST_CONNECTIONS);
  }
});
