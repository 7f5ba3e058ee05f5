import type { Dot, StoredEntry, Version } from "@vecmesh/sdk";
import type { Note, NoteVersion } from "./note.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import { normalise } from "../meaning/unit-vector.ts";
import { readMetadata } from "./entry-metadata.ts";
import { Scatter } from "../meaning/scatter.ts";
import { Topic } from "../topic.ts";
import { WordCloud } from "../meaning/word-cloud.ts";

/** What this replica holds, as the page shows it: notes with their conflicts, and the loaded words. */
export class NoteCollection {
  readonly scatter = new Scatter(DIMENSIONS);
  readonly words = new WordCloud(DIMENSIONS);
  /** Something was put or removed. */
  readonly changed = new Topic<void>();
  readonly #notes = new Map<string, Note>();
  #sorted: readonly Note[] | undefined;

  get(id: string): Note | undefined {
    return this.#notes.get(id);
  }

  get size(): number {
    return this.#notes.size;
  }

  newestFirst(): readonly Note[] {
    this.#sorted ??= [...this.#notes.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  put(entry: StoredEntry): void {
    const metadata = readMetadata(entry.metadata);
    this.#forget(entry.id);
    if (metadata?.kind === "word") this.words.put(entry.id, metadata.word, entry.vector);
    else this.words.remove(entry.id);
    if (metadata?.kind === "note") this.#putNote(entry, metadata.createdAt);
    this.changed.publish();
  }

  remove(id: string): void {
    this.#forget(id);
    this.words.remove(id);
    this.changed.publish();
  }

  #putNote(entry: StoredEntry, createdAt: number): void {
    const vector = normalise(entry.vector.slice());
    this.#notes.set(entry.id, { id: entry.id, createdAt, vector, ...shownVersion(entry), others: others(entry) });
    this.scatter.add(vector);
    this.#sorted = undefined;
  }

  #forget(id: string): void {
    const note = this.#notes.get(id);
    if (note === undefined) return;
    this.scatter.remove(note.vector);
    this.#notes.delete(id);
    this.#sorted = undefined;
  }
}

function others(entry: StoredEntry): NoteVersion[] {
  return entry.conflicts.map((version) => versionOf(version, version.dot));
}

/** The entry shows one of its versions: the one whose dot is not among the conflicts'. */
function shownVersion(entry: StoredEntry): NoteVersion {
  const elsewhere = new Set(entry.conflicts.map(({ dot }) => keyOf(dot)));
  const dot = entry.dots.find((candidate) => !elsewhere.has(keyOf(candidate)));
  return versionOf(entry, dot);
}

function versionOf(
  { metadata, timestamp }: Pick<Version, "metadata" | "timestamp">,
  dot: Dot | undefined,
): NoteVersion {
  const read = readMetadata(metadata);
  const key = dot === undefined ? "" : keyOf(dot);
  if (read?.kind !== "note") return { key, text: "(not a note)", author: "", writtenAt: timestamp };
  return { key, text: read.text, author: read.author, writtenAt: timestamp };
}

function keyOf({ origin, seq }: Dot): string {
  return `${origin}:${seq}`;
}
