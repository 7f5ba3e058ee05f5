import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { test } from "./fixtures.ts";

/** A Redis for one test, which keeps nothing. Disposing of it ends it. */
export interface Redis extends AsyncDisposable {
  /** As a signaling server's `--redis-url-file` takes it. */
  readonly urlFile: string;
}

/** Skips the test where there is none, and says so. */
export async function startRedis(): Promise<Redis> {
  const isThere = spawnSync("redis-server", ["--version"]).status === 0;
  if (!isThere) console.warn("SKIPPED: no redis-server here. `node e2e/system/ensure-redis.js` installs one.");
  test.skip(!isThere, "no redis-server");
  const port = await freePort();
  const redis = spawn("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(redis, "exit");
  let printed = "";
  for await (const chunk of redis.stdout) {
    printed += String(chunk);
    if (printed.includes("Ready to accept connections")) break;
  }
  if (redis.exitCode !== null) throw new Error(`redis-server ended:\n${printed}`);
  const urlFile = test.info().outputPath("redis-url");
  writeFileSync(urlFile, `redis://127.0.0.1:${port}`);
  return {
    urlFile,
    async [Symbol.asyncDispose]() {
      redis.kill();
      await exited;
    },
  };
}

/**
 * Not one of those that systems give to whoever asks for any (Linux: 32768 up), one of which somebody else might be given before this is
 * used, or while its server is down.
 */
async function freePort(): Promise<string> {
  const server = createServer().listen(randomInt(20_000, 32_000), "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return freePort();
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}
