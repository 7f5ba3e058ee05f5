import { createHash, randomBytes } from "node:crypto";
import { link, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DeviceId, mintDeviceId } from "@vecmesh/sdk/node";
import { makeFolder, syncFolder } from "./durable-folder.ts";

const DEVICE_ID_FILE = "device-id";
const DEVICE_ID = /^[0-9a-f]{32}$/;
const NOTE = "replica.json";
const MARK = "commits";

/** One store's place in the data folder. */
export interface StorePlace {
  /** LevelDB's own folder. */
  readonly database: string;
  /** The file of its CommitMark. */
  readonly mark: string;
  /** Whether a store has been opened here before. */
  readonly isKnown: () => Promise<boolean>;
  /** Notes whose place it is, so that 'auto' finds it. */
  readonly remember: () => Promise<void>;
  /** The opposite. */
  readonly forget: () => Promise<void>;
}

/**
 * Where the stores of a machine are:
 *
 *   device-id                           what all stores of this folder say they are on
 *   rooms/<room>/<name>/replica.json    whose store it is
 *   rooms/<room>/<name>/commits         how many commits it must have
 *   rooms/<room>/<name>/db/             LevelDB's files
 *
 * Rooms and names go by their hashes: as names of folders they could be too long, have slashes, or differ only in what a file system ignores.
 */
export class DataFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The folder's device id, minted by whoever asks first. */
  async deviceId(): Promise<DeviceId> {
    const path = join(this.#path, DEVICE_ID_FILE);
    const known = await readIfThere(path);
    if (known !== undefined) return deviceIdIn(known, path);
    await makeFolder(this.#path);
    const draft = `${path}.${randomBytes(8).toString("hex")}`;
    await writeDurably(
      draft,
      mintDeviceId((length) => randomBytes(length)),
    );
    try {
      // Fails where another process was faster; its id is whole by then.
      await link(draft, path).catch((error: unknown) => {
        if (codeOf(error) !== "EEXIST") throw error;
      });
    } finally {
      await rm(draft);
    }
    await syncFolder(this.#path);
    return deviceIdIn(await readFile(path, "utf8"), path);
  }

  /** The names of a room's stores, held or not. */
  async replicaNames(room: string): Promise<string[]> {
    const folder = this.#roomFolder(room);
    const names: string[] = [];
    for (const entry of await readdir(folder).catch(noneIfMissing)) {
      const note = await readIfThere(join(folder, entry, NOTE));
      const name = note === undefined ? undefined : nameIn(note);
      if (name !== undefined) names.push(name);
    }
    return names;
  }

  /** The stores of all rooms. */
  async stores(): Promise<{ readonly room: string; readonly replicaName: string }[]> {
    const rooms = join(this.#path, "rooms");
    const stores: { room: string; replicaName: string }[] = [];
    for (const room of await readdir(rooms).catch(noneIfMissing)) {
      for (const entry of await readdir(join(rooms, room)).catch(noneIfMissing)) {
        const note = await readIfThere(join(rooms, room, entry, NOTE));
        const whose = note === undefined ? undefined : noteIn(note);
        if (whose !== undefined) stores.push(whose);
      }
    }
    return stores.toSorted((a, b) => (a.room + a.replicaName < b.room + b.replicaName ? -1 : 1));
  }

  place(room: string, replicaName: string): StorePlace {
    const folder = join(this.#roomFolder(room), folderName(replicaName));
    const note = join(folder, NOTE);
    return {
      database: join(folder, "db"),
      mark: join(folder, MARK),
      isKnown: async () => (await readIfThere(note)) !== undefined,
      remember: async () => {
        if ((await readIfThere(note)) !== undefined) return;
        const draft = `${note}.new`;
        await writeDurably(draft, JSON.stringify({ room, replicaName }));
        await rename(draft, note);
        await syncFolder(folder);
      },
      forget: async () => {
        await rm(note, { force: true });
        await rm(join(folder, MARK), { force: true });
        await syncFolder(folder);
      },
    };
  }

  #roomFolder(room: string): string {
    return join(this.#path, "rooms", folderName(room));
  }
}

/** JSON tells lone surrogates apart, which UTF-8 does not. Half of SHA-256: no two names collide by chance. */
function folderName(name: string): string {
  return createHash("sha256").update(JSON.stringify(name)).digest("hex").slice(0, 32);
}

function deviceIdIn(text: string, path: string): DeviceId {
  if (DEVICE_ID.test(text)) return text as DeviceId;
  throw new Error(`${path} is damaged: it must be 32 hexadecimal digits. Remove it to get a new device id.`);
}

function nameIn(note: string): string | undefined {
  return noteIn(note)?.replicaName;
}

function noteIn(note: string): { readonly room: string; readonly replicaName: string } | undefined {
  try {
    const { room, replicaName } = JSON.parse(note) as { room?: unknown; replicaName?: unknown };
    return typeof room === "string" && typeof replicaName === "string" ? { room, replicaName } : undefined;
  } catch {
    // A stranger's file.
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function noneIfMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "");
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
