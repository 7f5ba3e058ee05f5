import { writeFileSync } from "node:fs";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { startRedis } from "./redis.ts";
import { Tab } from "./tab.ts";
import { TOKEN_SECRET, tokenFor } from "./token.ts";

test("T10: tabs with a token meet; one without is told that it is refused, and why", async ({
  openContext,
  room,
  startSignaling,
}, testInfo) => {
  const secretFile = testInfo.outputPath("secret");
  writeFileSync(secretFile, TOKEN_SECRET);
  const signaling = (await startSignaling("0", "--jwt-secret-file", secretFile)).url;
  const token = tokenFor([room]);
  const first = await Tab.join(await openContext(), { room, signaling, token });
  const second = await Tab.join(await openContext(), { room, signaling, token });
  await first.write("note", "among ourselves");
  await eventually(() => second.read("note")).toBe("among ourselves");

  const refusals = [
    { token: undefined, reason: "a token is needed" },
    { token: `${token}x`, reason: "the token is not valid here" },
    { token: tokenFor(["another room"]), reason: "the token does not allow this topic" },
  ];
  for (const { token: shown, reason } of refusals) {
    const stranger = await Tab.join(await openContext(), { room, signaling, ...(shown && { token: shown }) });
    await eventually(() => stranger.events("error")).toMatchObject([{ code: "unauthorized" }]);
    expect(JSON.stringify(await stranger.events("error"))).toContain(reason);
    expect(await stranger.read("note")).toBeUndefined();
  }
});

test("T10: tabs on two signaling servers meet over Redis", async ({ openContext, room, startSignaling }) => {
  await using redis = await startRedis();
  const servers = [
    await startSignaling("0", "--redis-url-file", redis.urlFile),
    await startSignaling("0", "--redis-url-file", redis.urlFile),
  ] as const;
  const first = await Tab.join(await openContext(), { room, signaling: servers[0].url });
  const second = await Tab.join(await openContext(), { room, signaling: servers[1].url });
  await first.write("note", "across servers");
  await eventually(() => second.read("note")).toBe("across servers");
  for (const tab of [first, second]) expect(await tab.events("error")).toEqual([]);
});
