/**
 * `node packages/edge/runtimes/try.js [node] [deno] [bun]`, after a build: what of vecmesh works in which runtime, as the table of docs/DEPLOY.md. Deno and Bun
 * are taken from npm, into a folder that is gone afterwards, or from VECMESH_DENO and VECMESH_BUN.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** A machine that is busy takes some seconds for each. What takes longer hangs. */
const LIMIT_MS = 60_000;
/** The end of what a runtime said says best what is wrong. */
const SHOWN_LINES = 12;

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const EDGE = here("../bin/vecmesh-edge.js");
const SIGNALING = fileURLToPath(new URL("../bin/vecmesh-signaling.js", import.meta.resolve("@vecmesh/signaling")));

/**
 * @typedef {object} Runtime
 * @property {string} name
 * @property {string} executable
 * @property {readonly string[]} flags before the script
 *
 * @typedef {{ readonly ok: boolean, readonly said: string }} Outcome
 */

const folder = mkdtempSync(join(tmpdir(), "vecmesh-runtimes-"));

/** @param {string} name @returns {Promise<Runtime>} */
async function runtime(name) {
  if (name === "node") return { name, executable: process.execPath, flags: [] };
  const executable = process.env[`VECMESH_${name.toUpperCase()}`] ?? (await installed(name));
  return {
    name,
    executable,
    flags: name === "deno" ? ["run", "--allow-all", "--node-modules-dir=manual"] : ["run", "--bun"],
  };
}

/** @param {string} name */
async function installed(name) {
  writeFileSync(join(folder, "package.json"), "{}");
  const npm = spawn("npm", ["install", "--no-audit", "--no-fund", name], { cwd: folder, stdio: "ignore", shell: true });
  await once(npm, "exit");
  return join(folder, "node_modules", ".bin", name);
}

/**
 * Runs a script to its end.
 *
 * @param {Runtime} runtime
 * @param {readonly string[]} args
 * @returns {Promise<Outcome & { readonly code: number | null }>}
 */
async function run({ executable, flags }, args) {
  const child = spawn(executable, [...flags, ...args], { stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
  const [code, signal] = await once(child, "close");
  if (signal !== null) said += `\nended by ${signal}`;
  return { ok: code === 0, code, said };
}

/**
 * Starts what goes on until it is told to stop.
 *
 * @param {Runtime} runtime
 * @param {readonly string[]} args
 */
async function serve({ executable, flags }, args) {
  const child = spawn(executable, [...flags, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const closed = once(child, "close");
  /** @type {Promise<string>} */
  const url = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        said += String(chunk);
        const found = /\b(?:http|ws):\/\/[^\s/"]+/.exec(said);
        if (found) resolve(found[0]);
      });
    child.once("close", () => reject(new Error(`It ended before it listened:\n${said}`)));
    setTimeout(() => reject(new Error(`It did not say where it listens:\n${said}`)), LIMIT_MS).unref();
  });
  return {
    url,
    /** @returns {Promise<Outcome>} whether it stops cleanly when it is asked to */
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
      const [code, signal] = await closed;
      clearTimeout(late);
      return { ok: code === 0, said: `${said}\nended with ${code ?? signal}` };
    },
  };
}

/** @param {Awaited<ReturnType<typeof serve>>} server @param {() => Promise<Outcome>} use @returns {Promise<Outcome>} */
async function whileServing(server, use) {
  try {
    await server.url;
    const used = await use();
    const stopped = await server.stop();
    return used.ok ? stopped : { ok: false, said: `${used.said}\n${stopped.said}` };
  } catch (error) {
    await server.stop();
    return { ok: false, said: error instanceof Error ? error.message : String(error) };
  }
}

const NODE = await runtime("node");
/** What a probe needs beside itself runs in Node. */
const signaling = await serve(NODE, [SIGNALING, "--port", "0"]);

/** @param {Runtime} tried @param {string} script @param {string[]} args */
const script = (tried, script, ...args) => run(tried, [here("./exiting.js"), here(script), ...args]);

/** @type {readonly (readonly [what: string, probe: (tried: Runtime, data: string) => Promise<Outcome>])[]} */
const PROBES = [
  ["SDK in memory: quorum write and read, search", (tried) => script(tried, "./core.js")],
  ["LevelDB store (`classic-level`)", (tried, data) => script(tried, "./leveldb.js", data)],
  [
    "WebRTC (`@roamhq/wrtc`): two edge replicas meet, 5,000 x 384 at quorum",
    async (tried, data) => script(tried, "./webrtc.js", data, await signaling.url),
  ],
  [
    "`vecmesh-signaling`: two Node replicas meet through it; SIGTERM stops it",
    async (tried, data) => {
      const server = await serve(tried, [SIGNALING, "--port", "0"]);
      return whileServing(server, async () => script(NODE, "./webrtc.js", data, await server.url));
    },
  ],
  [
    "`vecmesh-edge` import, verify, export",
    async (tried, data) => {
      const file = join(folder, "in.jsonl");
      writeFileSync(file, '{"id":"a","vector":[1,2]}\n{"id":"b","vector":[3,4]}\n');
      const place = ["--room", "r", "--data", data];
      for (const args of [
        ["import", ...place, "--file", file],
        ["verify", ...place],
        ["export", ...place, "--file", join(folder, "out.jsonl")],
      ]) {
        const outcome = await run(tried, [EDGE, ...args]);
        if (!outcome.ok) return outcome;
      }
      return { ok: true, said: "" };
    },
  ],
  [
    "`vecmesh-edge` runs: /healthz, /metrics; SIGTERM stops it",
    async (tried, data) => {
      const server = await serve(tried, [
        EDGE,
        "--room",
        "r",
        "--data",
        data,
        "--port",
        "0",
        "--signaling",
        await signaling.url,
      ]);
      return whileServing(server, async () => {
        const [health, metrics] = await Promise.all(
          ["healthz", "metrics"].map(async (path) => (await fetch(`${await server.url}/${path}`)).text()),
        );
        return {
          ok: health?.trim() === "ok" && (metrics ?? "").includes("vecmesh_edge_entries"),
          said: `${health}\n${metrics}`,
        };
      });
    },
  ],
];

try {
  const names = process.argv.slice(2);
  const runtimes = [];
  for (const name of names.length > 0 ? names : ["node", "deno", "bun"]) runtimes.push(await runtime(name));
  const heads = [];
  for (const tried of runtimes) {
    const { said } = await run({ ...tried, flags: [] }, ["--version"]);
    heads.push(`${tried.name} ${/\d+\.\d+\.\d+/.exec(said)?.[0]}`);
  }
  const rows = [];
  for (const [what, probe] of PROBES) {
    const cells = [];
    for (const [i, tried] of runtimes.entries()) {
      const { ok, said } = await probe(tried, join(folder, `${tried.name}-${rows.length}`));
      const hasWorked = !ok && said.includes("done\n");
      cells.push(ok ? "works" : hasWorked ? "works, then ends badly" : "fails");
      console.error(`${heads[i]}: ${what}: ${cells.at(-1)}`);
      if (!ok) console.error(said.trim().split("\n").slice(-SHOWN_LINES).join("\n"));
    }
    rows.push(`| ${what} | ${cells.join(" | ")} |`);
  }
  console.log(`| | ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length + 1)}\n${rows.join("\n")}`);
} finally {
  await signaling.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
