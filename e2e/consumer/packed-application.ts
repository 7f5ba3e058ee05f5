import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SOURCES = fileURLToPath(new URL("application", import.meta.url));

/**
 * Makes an application outside the workspace that has only what its user would have: its own few files, Vite, and the
 * packages as `npm publish` would send them, installed from their tarballs.
 *
 * @returns its folder, a temporary one that the caller removes
 */
export function installPackedApplication(): string {
  const folder = mkdtempSync(join(tmpdir(), "vecmesh-consumer-"));
  cpSync(SOURCES, folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  npm(
    ROOT,
    "pack",
    "--pack-destination",
    folder,
    "--workspace",
    "packages/sdk",
    "--workspace",
    "packages/signaling",
    "--workspace",
    "packages/edge",
  );
  const tarballs = readdirSync(folder).filter((file) => file.endsWith(".tgz"));
  // What the workspace has installed is in npm's cache, so this asks the registry for nothing, or next to nothing.
  npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs.map((file) => `./${file}`), vite());
  return folder;
}

/** The workspace's own version of Vite. */
function vite(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, "e2e", "package.json"), "utf8")) as {
    devDependencies: { vite: string };
  };
  return `vite@${manifest.devDependencies.vite}`;
}

/** Run by a shell, without which Windows finds no `npm`; no argument here has a space but the temporary folder's. */
function npm(cwd: string, ...args: readonly string[]): void {
  const command = ["npm", ...args.map((argument) => JSON.stringify(argument))].join(" ");
  const { status, stdout, stderr } = spawnSync(command, { cwd, shell: true, encoding: "utf8", env: ownEnvironment() });
  if (status !== 0) throw new Error(`${command} failed in ${cwd}:\n${stdout}\n${stderr}`);
}

/** Without what `npm run` adds about this workspace, which would make the inner npm look for it in the application. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|command|config_(local_prefix|workspace))/.test(name),
  );
  return Object.fromEntries(inherited);
}
