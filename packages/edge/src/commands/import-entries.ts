import { open, type FileHandle } from "node:fs/promises";
import process from "node:process";
import { isReplicationError, type Replicator, type VectorEntry } from "@vecmesh/sdk";
import { BEGINNING, entryOf, type FilePosition, idOf, idsFileOf, linesFrom } from "./entry-file.ts";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { loadConflictResolution } from "./conflict-resolution.ts";
import { ImportProgress } from "./import-progress.ts";
import { InputError } from "./input-error.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Settings } from "../settings/settings.ts";

/** Entries in one transaction. */
const BATCH_ENTRIES = 1000;

interface Batch {
  readonly entries: readonly VectorEntry[];
  /** What is imported once this is. */
  readonly until: FilePosition;
}

/**
 * Imports the file's entries into the room's store, which no running replica has open; they reach the others when one has. Goes on where an
 * earlier import of the same file was broken off.
 */
export async function importEntries(settings: Settings): Promise<void> {
  const { data, rooms, replicaName, file, replica, conflicts } = settings;
  const [room = ""] = rooms;
  const mode = await loadConflictResolution(conflicts);
  const replicator = await createEdgeReplicator({ ...replica, ...mode, room, replicaName, data });
  const progress = await ImportProgress.open(data, [room, replicaName, settings.format], file);
  const line = new ProgressLine();
  const startedAt = performance.now();
  const from = progress.position;
  try {
    for await (const { entries, until } of batches(settings, progress.position)) {
      await write(replicator, entries, file, until);
      await progress.note(until);
      const seconds = (performance.now() - startedAt) / 1000;
      line.draw(() => `${until.lines} entries, ${Math.round((until.lines - from.lines) / seconds)} a second`);
    }
    await progress.finish();
  } finally {
    line.clear();
    await replicator.close();
  }
  const { lines } = progress.position;
  process.stdout.write(
    `${JSON.stringify({ room, replicaName, imported: lines - from.lines, resumedAt: from.lines })}\n`,
  );
}

async function write(
  replicator: Replicator,
  entries: readonly VectorEntry[],
  file: string,
  until: FilePosition,
): Promise<void> {
  // The last of an id that occurs again is what it is in the end.
  const newest = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  try {
    await replicator.writeBatch(newest, { consistency: "one" });
  } catch (error) {
    if (!isReplicationError(error) || (error.code !== "invalid-entry" && error.code !== "dimension-mismatch"))
      throw error;
    const from = until.lines - entries.length + 1;
    throw new InputError(`${file}: of the entries of lines ${from} to ${until.lines} one is none: ${error.message}`);
  }
}

async function* batches(settings: Settings, from: FilePosition): AsyncGenerator<Batch, void> {
  let entries: VectorEntry[] = [];
  let until = from;
  for await (const { entry, position } of settings.format === "jsonl"
    ? jsonEntries(settings, from)
    : rawEntries(settings, from)) {
    until = position;
    if (entry !== undefined) entries.push(entry);
    if (entries.length < BATCH_ENTRIES) continue;
    yield { entries, until };
    entries = [];
  }
  if (entries.length > 0) yield { entries, until };
}

interface ReadEntry {
  readonly entry: VectorEntry | undefined;
  readonly position: FilePosition;
}

async function* jsonEntries({ file }: Settings, from: FilePosition): AsyncGenerator<ReadEntry, void> {
  for await (const line of linesFrom(file, from)) yield { entry: entryOf(line, file), position: line };
}

async function* rawEntries({ file, dimensions }: Settings, from: FilePosition): AsyncGenerator<ReadEntry, void> {
  if (dimensions === undefined)
    throw new InputError("Say with --dimensions how many float32 a vector of the file has: it does not tell.");
  const ids = idsFileOf(file);
  const vectors = await open(file, "r");
  const rowBytes = dimensions * Float32Array.BYTES_PER_ELEMENT;
  try {
    const { size } = await vectors.stat();
    let lines = from === BEGINNING ? 0 : from.lines;
    for await (const line of linesFrom(ids, from)) {
      ({ lines } = line);
      const row = (lines - 1) * rowBytes;
      if (row + rowBytes > size) throw new InputError(`${file} ends before the vector of line ${lines} of ${ids}.`);
      yield {
        entry: { id: idOf(line, ids), vector: await rowAt(vectors, row, dimensions), metadata: {} },
        position: line,
      };
    }
    if (lines * rowBytes !== size)
      throw new InputError(
        `${file} has ${size / rowBytes} rows of ${dimensions} float32, and ${ids} has ${lines} ids.`,
      );
  } finally {
    await vectors.close();
  }
}

async function rowAt(file: FileHandle, position: number, dimensions: number): Promise<Float32Array> {
  const bytes = Buffer.alloc(dimensions * Float32Array.BYTES_PER_ELEMENT);
  await file.read(bytes, 0, bytes.length, position);
  return Float32Array.from({ length: dimensions }, (_, i) => bytes.readFloatLE(i * Float32Array.BYTES_PER_ELEMENT));
}
