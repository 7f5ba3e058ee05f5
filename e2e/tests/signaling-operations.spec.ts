import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { expect, test } from "./fixtures.ts";
import { eventually } from "./eventually.ts";
import { Tab } from "./tab.ts";
import { TOKEN_SECRET, tokenFor } from "./token.ts";

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}

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

test("T10: tabs on two signaling servers meet over Redis", async ({ openContext, room, startSignaling }, testInfo) => {
  const isThere = spawnSync("redis-server", ["--version"]).status === 0;
  if (!isThere) console.warn("SKIPPED: no redis-server here. `node e2e/system/ensure-redis.js` installs one.");
  test.skip(!isThere, "no redis-server");
  const port = await freePort();
  const redis = spawn("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    let printed = "";
    for await (const chunk of redis.stdout) {
      printed += String(chunk);
      if (printed.includes("Ready to accept connections")) break;
    }
    const urlFile = testInfo.outputPath("redis-url");
    writeFileSync(urlFile, `redis://127.0.0.1:${port}`);
    const servers = [
      await startSignaling("0", "--redis-url-file", urlFile),
      await startSignaling("0", "--redis-url-file", urlFile),
    ] as const;
    const first = await Tab.join(await openContext(), { room, signaling: servers[0].url });
    const second = await Tab.join(await openContext(), { room, signaling: servers[1].url });
    await first.write("note", "across servers");
    await eventually(() => second.read("note")).toBe("across servers");
    for (const tab of [first, second]) expect(await tab.events("error")).toEqual([]);
  } finally {
    redis.kill();
  }
});
