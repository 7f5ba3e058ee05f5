import { ClassicLevel, type Iterator } from "classic-level";
import type { CommitBatch } from "@vecmesh/sdk";

export type Level = ClassicLevel<string, Uint8Array>;
export type LevelIterator = Iterator<Level, string, Uint8Array>;

/** Behind every key of the port's, which are ASCII. */
const LAST_KEY = "\u0080";
/** Before every key of the port's, so that this adapter has keys of its own. */
const ENTRY = "e";
const COMMITS_KEY = "commits";

/** Pairs and bytes of a chunk: what is read and decoded in some milliseconds (P6). */
const CHUNK_PAIRS = 512;
const CHUNK_BYTES: number = 1024 * 1024;

/** Opens LevelDB's files; creates them only where that is asked for. */
export async function openLevel(folder: string, policy: "may create" | "must exist"): Promise<Level> {
  const level: Level = new ClassicLevel(folder, {
    keyEncoding: "utf8",
    valueEncoding: "view",
    createIfMissing: policy === "may create",
  });
  await level.open();
  return level;
}

export async function readValues(level: Level, keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
  const values = await level.getMany(keys.map((key) => ENTRY + key));
  return values.map((value) => value && plain(value));
}

/** The pairs under a prefix behind `after`, as of now, by `nextChunk`; to be closed. */
export function openIterator(level: Level, prefix: string, after: string | undefined): LevelIterator {
  const start = after === undefined ? { gte: ENTRY + prefix } : { gt: ENTRY + after };
  return level.iterator({ ...start, lt: ENTRY + prefix + LAST_KEY, highWaterMarkBytes: CHUNK_BYTES });
}

/** No pairs at the end. */
export async function nextChunk(iterator: LevelIterator): Promise<(readonly [string, Uint8Array])[]> {
  const pairs = await iterator.nextv(CHUNK_PAIRS);
  return pairs.map(([key, value]) => [key.slice(ENTRY.length), plain(value)] as const);
}

/** LevelDB gives Buffers, whose methods are not those of Uint8Array: their `slice` shares its memory. */
function plain(value: Uint8Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = value;
  return byteLength === buffer.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** One atomic write, which also says how many commits there have been with it. */
export async function writeBatch(level: Level, batch: CommitBatch, commits: number, sync: boolean): Promise<void> {
  await level.batch(
    [
      ...batch.puts.map(([key, value]) => ({ type: "put" as const, key: ENTRY + key, value })),
      ...batch.deletes.map((key) => ({ type: "del" as const, key: ENTRY + key })),
      { type: "put", key: COMMITS_KEY, value: new TextEncoder().encode(String(commits)) },
    ],
    { sync },
  );
}

/** How many commits the database has seen. */
export async function commitsIn(level: Level): Promise<number> {
  const bytes = await level.get(COMMITS_KEY);
  return bytes === undefined ? 0 : Number(new TextDecoder().decode(bytes));
}
