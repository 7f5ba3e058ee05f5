import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** On the same disk as the project: the system's temporary folder may be memory. */
export const CACHE = fileURLToPath(new URL("../.cache", import.meta.url));

/**
 * A folder for as long as `use` lasts.
 *
 * @template T
 * @param {(folder: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
export async function withScratchFolder(use) {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "scratch-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
