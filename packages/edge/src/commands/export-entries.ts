import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { once } from "node:events";
import process from "node:process";
import { finished } from "node:stream/promises";
import type { Replicator, StoredEntry } from "@vecmesh/sdk";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { idsFileOf } from "./entry-file.ts";
import { InputError } from "./input-error.ts";
import { loadConflictResolution } from "./conflict-resolution.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Settings } from "../settings/settings.ts";

/** Writes every entry of the room's store, which no running replica has open, to a file that is there only when it is whole. */
export async function exportEntries(settings: Settings): Promise<void> {
  const { data, rooms, replicaName, file, format, conflicts } = settings;
  const [room = ""] = rooms;
  const mode = await loadConflictResolution(conflicts);
  const replicator = await createEdgeReplicator({ ...mode, room, replicaName, data });
  try {
    const exported = format === "jsonl" ? await exportJson(replicator, file) : await exportRaw(replicator, file);
    process.stdout.write(`${JSON.stringify({ room, replicaName, exported })}\n`);
  } finally {
    await replicator.close();
  }
}

async function exportJson(replicator: Replicator, file: string): Promise<number> {
  const out = new DraftFile(file);
  const count = await eachEntry(replicator, ({ id, vector, metadata }) =>
    out.write(`${JSON.stringify({ id, vector: [...vector], metadata })}\n`),
  );
  await out.finish();
  return count;
}

async function exportRaw(replicator: Replicator, file: string): Promise<number> {
  const [vectors, ids] = [new DraftFile(file), new DraftFile(idsFileOf(file))];
  let dimensions: number | undefined;
  const count = await eachEntry(replicator, async ({ id, vector }) => {
    dimensions ??= vector.length;
    if (vector.length !== dimensions)
      throw new InputError(
        `Raw vectors have one length, and this room has ${dimensions} and ${vector.length}. Export jsonl.`,
      );
    const row = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
    for (const [i, component] of vector.entries()) row.writeFloatLE(component, i * Float32Array.BYTES_PER_ELEMENT);
    await vectors.write(row);
    await ids.write(`${JSON.stringify(id)}\n`);
  });
  await vectors.finish();
  await ids.finish();
  return count;
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
    if (!this.#stream.write(piece)) await Promise.race([once(this.#stream, "drain"), this.#finished]);
  }

  async finish(): Promise<void> {
    this.#stream.end();
    await this.#finished;
    await rename(this.#draft, this.#path);
  }
}
