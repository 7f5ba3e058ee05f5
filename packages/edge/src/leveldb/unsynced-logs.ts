import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Brings what was written without `sync` to the disk. LevelDB's next synced write does so only for its current log: when it begins a
 * new one it closes the old without syncing it (MakeRoomForWrite in its db_impl.cc), and a power cut could then take earlier writes and spare later ones.
 */
export async function syncLogs(database: string): Promise<void> {
  for (const name of await readdir(database)) if (name.endsWith(".log")) await syncFile(join(database, name));
}

async function syncFile(path: string): Promise<void> {
  // Not for writing: but Windows flushes only what is open for that.
  const file = await open(path, process.platform === "win32" ? "r+" : "r").catch(unlessGone);
  if (file === undefined) return;
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A log that is gone is in a table, which LevelDB has synced. */
function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
