import type { ConsistencyLevel, Dot } from "@vecmesh/sdk";

/** A write that is in this replica's store, and of which too few others have said that they hold it. */
export interface UnconfirmedWrite {
  readonly noteId: string;
  readonly dots: readonly Dot[];
  readonly level: ConsistencyLevel;
  readonly deleted: boolean;
}

/** The part of Web Storage that is needed, so that tests can bring their own. */
export type KeyedStrings = Pick<Storage, "getItem" | "setItem">;

/**
 * The unconfirmed writes of this replica, kept across reloads: their dots name them for ever, so that they can be confirmed
 * later without being written again. At most one a note: a later write to a note has seen the earlier.
 */
export class UnconfirmedWrites {
  readonly #storage: KeyedStrings;
  readonly #key: string;
  readonly #writes: Map<string, UnconfirmedWrite>;

  constructor(storage: KeyedStrings, room: string, nodeId: string) {
    this.#storage = storage;
    this.#key = `vecmesh-notes/unconfirmed/${room}/${nodeId}`;
    this.#writes = new Map(parse(storage.getItem(this.#key)).map((write) => [write.noteId, write]));
  }

  all(): UnconfirmedWrite[] {
    return [...this.#writes.values()];
  }

  get(noteId: string): UnconfirmedWrite | undefined {
    return this.#writes.get(noteId);
  }

  add(write: UnconfirmedWrite): void {
    this.#writes.set(write.noteId, write);
    this.#save();
  }

  remove(noteId: string): void {
    if (this.#writes.delete(noteId)) this.#save();
  }

  #save(): void {
    this.#storage.setItem(this.#key, JSON.stringify(this.all()));
  }
}

function parse(json: string | null): UnconfirmedWrite[] {
  if (json === null) return [];
  const saved: unknown = JSON.parse(json);
  return Array.isArray(saved) ? saved.filter(isUnconfirmedWrite) : [];
}

function isUnconfirmedWrite(value: unknown): value is UnconfirmedWrite {
  if (typeof value !== "object" || value === null) return false;
  const { noteId, dots, level, deleted } = value as Partial<Record<keyof UnconfirmedWrite, unknown>>;
  return (
    typeof noteId === "string" &&
    Array.isArray(dots) &&
    (level === "quorum" || level === "all") &&
    typeof deleted === "boolean"
  );
}
