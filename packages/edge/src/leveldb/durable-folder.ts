import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a folder with those above it, all of which are on disk when it resolves. */
export async function makeFolder(path: string): Promise<void> {
  const highest = await mkdir(path, { recursive: true });
  if (highest === undefined) return;
  for (let folder = path; ; folder = dirname(folder)) {
    await syncFolder(dirname(folder));
    if (folder === highest || folder === dirname(folder)) return;
  }
}

/** Names in a folder are on disk only when the folder is. Windows knows no such call, and does it by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
