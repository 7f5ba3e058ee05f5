import { writeFileSync } from "node:fs";
import type { TestInfo } from "@playwright/test";
import { type Coturn, hasCoturn, startCoturn } from "./coturn.ts";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";
import { TOKEN_SECRET, tokenFor } from "./token.ts";

const TURN_SECRET = "north";

test.beforeEach(() => {
  const isThere = hasCoturn();
  if (!isThere) console.warn("SKIPPED: no turnserver here. `node e2e/system/ensure-coturn.js` installs one.");
  test.skip(!isThere, "no turnserver");
});

/** The signaling server's flags for tokens and that TURN server. */
function turnFlags(testInfo: TestInfo, coturn: Coturn, secret: string): string[] {
  const [tokens, turn] = [testInfo.outputPath("token-secret"), testInfo.outputPath("turn-secret")];
  writeFileSync(tokens, TOKEN_SECRET);
  writeFileSync(turn, secret);
  return ["--jwt-secret-file", tokens, "--turn-urls", coturn.url, "--turn-secret-file", turn];
}

/** By which way each other replica is reached. */
async function paths(tab: Tab): Promise<(string | undefined)[]> {
  return (await tab.replicas()).slice(1).map(({ path }) => path);
}

test("T10: tabs that may only go through a TURN server do, by what the signaling server gives them", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const coturn = await startCoturn(TURN_SECRET, testInfo.outputPath());
  try {
    const { url: signaling } = await startSignaling("0", ...turnFlags(testInfo, coturn, TURN_SECRET));
    const config = { room, signaling, token: tokenFor([room]), replicationFactor: 2, distinctDevices: false };
    const first = await Tab.join(await openContext(), { ...config, iceTransportPolicy: "relay" });
    const second = await Tab.join(await openContext(), { ...config, iceTransportPolicy: "relay" });
    await eventually(() => first.votersOnline()).toBe(2);
    expect((await first.write("note", "through coturn", "quorum")).acks).toHaveLength(2);
    await eventually(() => second.read("note")).toBe("through coturn");
    for (const tab of [first, second]) {
      expect(await paths(tab)).toEqual(["turn"]);
      expect(await tab.events("error")).toEqual([]);
    }
    // The way that they had is gone, and there is no other.
    await coturn[Symbol.asyncDispose]();
    for (const tab of [first, second]) await eventually(() => tab.peersOnline()).toBe(0);
  } finally {
    await coturn[Symbol.asyncDispose]();
  }
});

test("T10: tabs that can reach each other do so, whatever TURN server there is", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const coturn = await startCoturn(TURN_SECRET, testInfo.outputPath());
  try {
    const { url: signaling } = await startSignaling("0", ...turnFlags(testInfo, coturn, TURN_SECRET));
    const config = { room, signaling, token: tokenFor([room]) };
    const first = await Tab.join(await openContext(), config);
    const second = await Tab.join(await openContext(), config);
    for (const tab of [first, second]) await eventually(() => paths(tab)).toEqual(["direct"]);
  } finally {
    await coturn[Symbol.asyncDispose]();
  }
});

test("T10: where the TURN server takes the credentials not, both tabs are told that, and why", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const coturn = await startCoturn(TURN_SECRET, testInfo.outputPath());
  try {
    const { url: signaling } = await startSignaling("0", ...turnFlags(testInfo, coturn, "another secret"));
    const config = { room, signaling, token: tokenFor([room]), iceTransportPolicy: "relay" } as const;
    const first = await Tab.join(await openContext(), config);
    const second = await Tab.join(await openContext(), config);
    for (const [tab, other] of [
      [first, second],
      [second, first],
    ] as const) {
      await eventually(() => tab.events("error")).toMatchObject([
        {
          code: "peer-unreachable",
          nodeId: await other.nodeId(),
          message: expect.stringMatching(/no TURN server lends an address: turn:127\.0\.0\.1\S* says 401/),
        },
      ]);
    }
    expect(await paths(first)).toEqual([]);
  } finally {
    await coturn[Symbol.asyncDispose]();
  }
});
