import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, type Page } from "@playwright/test";
import { installPackedApplication } from "./packed-application.ts";
import { startServerProcess } from "./server-process.ts";

/** Installing from a cold npm cache takes a minute on a slow line. */
const INSTALL_TIMEOUT_MS = 180_000;
const VITE = "node_modules/vite/bin/vite.js";
const SIGNALING = "node_modules/@vecmesh/signaling/bin/vecmesh-signaling.js";
const EDGE = "node_modules/@vecmesh/edge/bin/vecmesh-edge.js";
/** The workspace's own. */
const TYPESCRIPT = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

let folder: string;

test.beforeAll(() => {
  test.setTimeout(INSTALL_TIMEOUT_MS);
  folder = installPackedApplication();
});

test.afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("two tabs sync on Vite's development server, without a signaling server", async ({ context }) => {
  await using vite = await startServerProcess(folder, VITE, "--host", "127.0.0.1");
  const writer = await openReplica(await context.newPage(), vite.url);
  const reader = await openReplica(await context.newPage(), vite.url);
  await expectSync(writer, reader);
});

test("two browser profiles sync on a Vite build, found through the packed signaling server", async ({ browser }) => {
  await using signaling = await startServerProcess(folder, SIGNALING, "--port", "0");
  expect(node(VITE, "build")).toMatchObject({ status: 0 });
  await using vite = await startServerProcess(folder, VITE, "preview", "--host", "127.0.0.1");
  const url = `${vite.url}/?signaling=${encodeURIComponent(signaling.url)}`;
  const writer = await openReplica(await browser.newPage(), url);
  const reader = await openReplica(await browser.newPage(), url);
  await expectSync(writer, reader);
});

test("two replicas sync in a plain Node script with the memory adapters", () => {
  const { status, stdout, stderr } = node("node-replicas.js");
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{"text":"hello"}\n', stderr: "" });
});

test("two edge replicas sync in a plain Node script, over WebRTC and LevelDB, and the packed command verifies their stores", async () => {
  await using signaling = await startServerProcess(folder, SIGNALING, "--port", "0");
  const { status, stdout, stderr } = node("edge-replicas.js", signaling.url);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{"text":"hello"}\n', stderr: "" });
  expect(node(EDGE, "verify", "--data", "writer")).toMatchObject({ status: 0 });
});

test("an edge replica brings no database's client and no Yjs, and says what a sink and documents take", () => {
  for (const name of ["pg", "yjs"]) expect(existsSync(join(folder, "node_modules", name))).toBe(false);
  const { status, stdout, stderr } = node("edge-sink.js");
  const message = "The sink needs the package `pg` beside this one: npm install pg";
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `function\n${message}\n`, stderr: "" });
  const flags = ["--room", "a", "--signaling", "ws://127.0.0.1:1", "--port", "0", "--data", "light"];
  expect(node(EDGE, ...flags, "--sink", "postgres://127.0.0.1/nothing")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(message),
  });
  expect(node(EDGE, ...flags, "--conflict-resolution", "crdt")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("npm install yjs"),
  });
});

test("the packed declarations stand on their own under the strictest compiler", () => {
  const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
  const platform = ["--target", "ES2022", "--lib", "ES2023,DOM,DOM.AsyncIterable,ESNext.Disposable"];
  const bundler = ["--module", "ESNext", "--moduleResolution", "bundler"];
  expect(node(TYPESCRIPT, ...options, ...platform, ...bundler, "main.ts")).toMatchObject({ status: 0, stdout: "" });
});

async function openReplica(page: Page, url: string): Promise<Page> {
  page.on("pageerror", (error) => console.error(error));
  await page.goto(url);
  await expect(page.locator("body")).toHaveAttribute("data-ready", "yes");
  return page;
}

async function expectSync(writer: Page, reader: Page): Promise<void> {
  await writer.evaluate(() => window.write("greeting", "hello"));
  await expect.poll(() => reader.evaluate(() => window.read("greeting"))).toBe("hello");
  await reader.evaluate(() => window.write("greeting", "hello to you too"));
  await expect.poll(() => writer.evaluate(() => window.read("greeting"))).toBe("hello to you too");
}

function node(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", timeout: 60_000 });
}
