import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { once } from "node:events";
import process from "node:process";
import { finished } from "node:stream/promises";
import type { Replicator, StoredEntry } from "@vecmesh/sdk";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { DataFolder } from "../leveldb/data-folder.ts";
import { idsFileOf } from "./entry-file.ts";
import { InputError } from "./input-error.ts";
import { loadConflictResolution } from "./conflict-resolution.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Settings } from "../settings/settings.ts";

/** Writes every entry of the room's store, which no running replica has open, to a file that is there only when it is whole. */
export async function exportEntries(settings: Settings): Promise<void> {
  const { data, rooms, replicaName, file, format, conflicts } = settings;
  const [room = ""] = rooms;
  await requireStore(data, room, replicaName);
  const mode = await loadConflictResolution(conflicts);
  const replicator = await createEdgeReplicator({ ...mode, room, replicaName, data });
  try {
    const exported = format === "jsonl" ? await exportJson(replicator, file) : await exportRaw(replicator, file);
    process.stdout.write(`${JSON.stringify({ room, replicaName, exported })}\n`);
  } finally {
    await replicator.close();
  }
}

/** Opened by a wrong name it would be made, a replica of its own that has founded the room anew. @throws InputError */
async function requireStore(data: string, room: string, replicaName: string): Promise<void> {
  const names = (await new DataFolder(data).stores())
    .filter((store) => store.room === room)
    .map((store) => store.replicaName);
  if (names.includes(replicaName)) return;
  const others = names.length > 0 ? `, but ${names.map((name) => `"${name}"`).join(", ")}` : "";
  throw new InputError(
    `${data} holds no store "${replicaName}" of the room "${room}"${others}. Name another folder with --data, another room, or --replica-name.`,
  );
}

async function exportJson(replicator: Replicator, file: string): Promise<number> {
  return whole([file], async ([out]) =>
    eachEntry(replicator, ({ id, vector, metadata }) =>
      out!.write(`${JSON.stringify({ id, vector: [...vector], metadata })}\n`),
    ),
  );
}

async function exportRaw(replicator: Replicator, file: string): Promise<number> {
  let dimensions: number | undefined;
  return whole([file, idsFileOf(file)], async ([vectors, ids]) =>
    eachEntry(replicator, async ({ id, vector }) => {
      dimensions ??= vector.length;
      if (vector.length !== dimensions)
        throw new InputError(
          `Raw vectors have one length, and this room has ${dimensions} and ${vector.length}. Export jsonl.`,
        );
      const row = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
      for (const [i, component] of vector.entries()) row.writeFloatLE(component, i * Float32Array.BYTES_PER_ELEMENT);
      await vectors!.write(row);
      await ids!.write(`${JSON.stringify(id)}\n`);
    }),
  );
}

/** Files that are there when all of them are whole; nothing is left of what is not. */
async function whole<T>(paths: readonly string[], write: (files: readonly DraftFile[]) => Promise<T>): Promise<T> {
  const files = paths.map((path) => new DraftFile(path));
  try {
    const written = await write(files);
    for (const file of files) await file.finish();
    for (const file of files) await file.publish();
    return written;
  } catch (error) {
    for (const file of files) await file.discard();
    throw error;
  }
}

async function eachEntry(replicator: Replicator, use: (entry: StoredEntry) => Promise<void>): Promise<number> {
  const line = new ProgressLine();
  let count = 0;
  for await (const entry of replicator.entries()) {
    await use(entry);
    count++;
    line.draw(() => `${count} entries`);
  }
  line.clear();
  return count;
}

class DraftFile {
  readonly #path: string;
  readonly #draft: string;
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #finished: Promise<void>;

  constructor(path: string) {
    this.#path = path;
    this.#draft = `${path}.part`;
    this.#stream = createWriteStream(this.#draft, { flush: true });
    this.#finished = finished(this.#stream);
    // Told by `write` and `finish`.
    this.#finished.catch(() => undefined);
  }

  async write(piece: string | Uint8Array): Promise<void> {
    if (!this.#stream.write(piece)) await this.#orFailed(Promise.race([once(this.#stream, "drain"), this.#finished]));
  }

  async finish(): Promise<void> {
    this.#stream.end();
    await this.#orFailed(this.#finished);
  }

  async publish(): Promise<void> {
    await rename(this.#draft, this.#path);
  }

  async discard(): Promise<void> {
    this.#stream.destroy();
    await this.#finished.catch(() => undefined);
    // Why it is discarded says more than why it cannot be.
    await rm(this.#draft, { force: true }).catch(() => undefined);
  }

  /** What a stream fails with does not say which file it was. @throws InputError */
  async #orFailed(done: Promise<unknown>): Promise<void> {
    await done.catch((cause: unknown) => {
      throw new InputError(`${this.#path} cannot be written: ${(cause as Error).message}.`, { cause });
    });
  }
}
