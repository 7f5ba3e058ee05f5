import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { afterAll } from "vitest";

/** Mounts a disk of so many MiB, in memory, at `path` until the file's tests are over. Returns why that is not possible here. */
export function mountSmallDisk(path: string, mebibytes: number): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "mounting a small disk takes root on Linux";
  mkdirSync(path, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", path], { encoding: "utf8" });
  if (mounted.status !== 0) return `no small disk could be mounted: ${mounted.stderr || String(mounted.error)}`;
  afterAll(() => void spawnSync("umount", ["--lazy", path]));
  return undefined;
}
