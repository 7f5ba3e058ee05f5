import process from "node:process";
import { isReplicationError, type Replicator, type VectorEntry } from "@vecmesh/sdk";
import { BEGINNING, entryOf, type FilePosition, idOf, idsFileOf, lineError, linesFrom } from "./entry-file.ts";
import { createEdgeReplicator } from "../edge-replicator.ts";
import { loadConflictResolution } from "./conflict-resolution.ts";
import { ImportProgress } from "./import-progress.ts";
import { InputError } from "./input-error.ts";
import { ProgressLine } from "./progress-line.ts";
import type { Settings } from "../settings/settings.ts";
import { VectorRows } from "./vector-rows.ts";

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
  // First what may not be there: a store must not be made for the sake of a file's name that is wrong.
  const progress = await ImportProgress.open(data, [room, replicaName, settings.format], file);
  await checkFile(settings);
  const mode = await loadConflictResolution(conflicts);
  const replicator = await createEdgeReplicator({ ...replica, ...mode, room, replicaName, data });
  const line = new ProgressLine();
  const startedAt = performance.now();
  const from = progress.position;
  const take = async ({ entries, until }: Batch): Promise<void> => {
    await write(replicator, entries, file, until);
    await progress.note(until);
    const seconds = (performance.now() - startedAt) / 1000;
    line.draw(() => `${until.lines} entries, ${Math.round((until.lines - from.lines) / seconds)} a second`);
  };
  let taken = Promise.resolve();
  try {
    for await (const batch of batches(settings, from)) {
      await taken;
      // While it is stored, the next is read.
      taken = take(batch);
      taken.catch(() => undefined);
    }
    await taken;
    await progress.finish();
  } catch (error) {
    await taken.catch(() => undefined);
    if (!(error instanceof InputError)) throw error;
    const { lines } = progress.position;
    throw new InputError(
      `${error.message} ${lines === 0 ? "Nothing" : `What comes before line ${lines + 1}`} is imported.`,
    );
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
    const first = until.lines - entries.length + 1;
    throw new InputError(`${file}, lines ${first} to ${until.lines}: ${error.message}`);
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

async function* rawEntries(settings: Settings, from: FilePosition): AsyncGenerator<ReadEntry, void> {
  const { file } = settings;
  const ids = idsFileOf(file);
  const rows = await VectorRows.open(file, dimensionsOf(settings));
  try {
    for await (const line of linesFrom(ids, from)) {
      const vector = await rows.at(line.lines - 1);
      if (vector === undefined) throw lineError(line, ids, `has no vector in ${file}`);
      yield { entry: { id: idOf(line, ids), vector, metadata: {} }, position: line };
    }
  } finally {
    await rows.close();
  }
}

/** Vectors of a wrong length would all be taken for others: that is to be found before the first is stored. @throws InputError */
async function checkFile(settings: Settings): Promise<void> {
  if (settings.format === "jsonl") return;
  const { file } = settings;
  const ids = idsFileOf(file);
  const rows = await VectorRows.open(file, dimensionsOf(settings));
  try {
    let lines = 0;
    for await (const line of linesFrom(ids, BEGINNING)) ({ lines } = line);
    if (lines === rows.count) return;
    throw new InputError(
      `${file} has ${rows.count} rows of ${rows.dimensions} float32, and ${ids} has ${lines} ids. Is --dimensions right, and are both files whole?`,
    );
  } finally {
    await rows.close();
  }
}

function dimensionsOf({ dimensions }: Settings): number {
  if (dimensions !== undefined) return dimensions;
  throw new InputError("Say with --dimensions how many float32 a vector of the file has: it does not tell.");
}
