import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { TestClient } from "./testing/test-client.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
/** Starting processes takes its time on a busy machine. */
const TIMEOUT_MS = 60_000;

/** A copy of the package as `npm ci` leaves it: everything but dist/. Built into, it is as after the build. */
let installed: string;
let unbuilt: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const { resolve } = createRequire(import.meta.url);
  const copies = [0, 1].map(async () => {
    const copy = await mkdtemp(join(tmpdir(), "vecmesh-signaling-"));
    await cp(join(PACKAGE, "package.json"), join(copy, "package.json"));
    await cp(join(PACKAGE, "bin"), join(copy, "bin"), { recursive: true });
    await symlink(dirname(dirname(resolve("ws"))), join(copy, "node_modules"));
    return copy;
  });
  [installed, unbuilt] = (await Promise.all(copies)) as [string, string];
  const tsc = join(dirname(resolve("typescript/package.json")), "bin", "tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(installed, "dist")], {
    cwd: PACKAGE,
  });
}, TIMEOUT_MS);

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(() => Promise.all([installed, unbuilt].map((copy) => rm(copy, { recursive: true }))));

interface Command {
  readonly child: ChildProcess;
  /** Resolves with the next line it prints to standard output. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function run(args: readonly string[], from = installed): Command {
  const child = spawn(process.execPath, [join(from, "bin", "vecmesh-signaling.js"), ...args], { stdio: "pipe" });
  children.push(child);
  const output = { stdout: "", stderr: "" };
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const firstLine = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output.stdout += chunk.toString();
      if (output.stdout.includes("\n")) resolve(output.stdout);
    });
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  return { child, firstLine, ended };
}

async function listening(command: Command): Promise<string> {
  const line = await command.firstLine;
  const url = /^vecmesh-signaling listens on (ws:\S+)\n$/.exec(line)?.[1];
  if (url === undefined) throw new Error(`unexpected output: ${line}`);
  return url;
}

describe("vecmesh-signaling", { timeout: TIMEOUT_MS }, () => {
  test.each(["SIGTERM", "SIGINT"] as const)("ends cleanly on %s, with clients connected", async (signal) => {
    const command = run(["--port", "0", "--host", "127.0.0.1"]);
    const url = await listening(command);
    const client = await TestClient.connect(url);
    const silent = connect(Number(new URL(url).port), "127.0.0.1");
    await once(silent, "connect");

    command.child.kill(signal);

    expect(await client.closed).toEqual({ code: 1012, reason: "the server is shutting down" });
    const { code, stdout, stderr } = await command.ended;
    expect([code, stdout]).toEqual([0, `vecmesh-signaling listens on ${url}\n`]);
    const logged = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(logged).toMatchObject([{ level: 40 }, { level: 30, signal, msg: "draining" }]);
    silent.destroy();
  });

  test("ends on SIGTERM although a client answers nothing", async () => {
    const command = run(["--port=0"]);
    const client = await TestClient.connect(await listening(command));
    client.socket.pause();
    command.child.kill("SIGTERM");
    expect(await command.ended).toMatchObject({ code: 0 });
    client.socket.terminate();
  });

  test("says that its port is in use", async () => {
    const { port } = new URL(await listening(run(["--port", "0"])));
    const { code, stdout, stderr } = await run(["--port", port]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`Port ${port} of 127.0.0.1 is already in use`);
  });

  test.each([
    [["--prot", "1"], "--prot"],
    [["--port", "http"], '--port must be a number from 0 to 65535, not "http"'],
    [["--port", "65536"], "--port must be a number"],
    [["--port", "-1"], "--port"],
    [["--port"], "--port"],
    [["--host", ""], "--host must not be empty"],
    [["4444"], "4444"],
  ])("says what is wrong with %j", async (args, words) => {
    const { code, stdout, stderr } = await run(args).ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(words);
    expect(stderr).toContain("--help");
    expect(stderr).not.toContain("    at ");
  });

  test("--help shows the options", async () => {
    const { code, stdout } = await run(["--help"]).ended;
    expect(code).toBe(0);
    for (const option of ["--port", "--host", "--help"]) expect(stdout).toContain(option);
  });

  test("says so when it is not built", async () => {
    const { code, stderr } = await run([], unbuilt).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("npm run build");
  });
});
