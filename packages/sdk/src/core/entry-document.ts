import { compareDots, type Dot } from "./dot.ts";
import { compareHlc, type HlcStamp } from "./hybrid-logical-clock.ts";
import type { JsonObject, StoredVersion } from "./version.ts";

/**
 * Under which name a replica's edits of one document go, and how many it has made. Only the document's own code understands it; the writer
 * keeps it from one edit of an opening to the next, so that they share a name.
 */
export interface EditorClaim {
  readonly client: number;
  readonly clock: number;
}

export interface EditOutcome {
  readonly state: Uint8Array;
  /** Whether the document says more than its siblings did together. */
  readonly changed: boolean;
  readonly claim: EditorClaim | undefined;
  /** C11: the write that all who count have to hold before the document's history can be left behind; `undefined`: none is waited for. */
  readonly awaits: Dot | undefined;
}

/**
 * Makes the new state of a document of the siblings' states, sorted by dot; none where the entry is new.
 * It may be called more than once for one write, where a transaction is put together anew.
 * @param dot of the write that it is made for: no other write ever has it (C2), so what is named after it is unique.
 * @param claim what the last edit of this id, in this opening of the store, returned.
 * @param isEverywhere C11: whether all who count hold this write, and this replica all that they held when they said so. `undefined`: it cannot
 * be known here, of whatever write.
 */
export type Edit = (
  siblings: readonly Uint8Array[],
  dot: Dot,
  claim: EditorClaim | undefined,
  isEverywhere: ((dot: Dot) => boolean) | undefined,
) => EditOutcome;

/** What a live document is of: one entry of one replica. */
export interface DocumentHost {
  /** The states of its live siblings, sorted by dot. */
  read(): Promise<readonly Uint8Array[]>;
  /** Calls back when what the replica holds of it may have changed. */
  follow(changed: () => void): void;
  /** In this replica's store, when it resolves. */
  write(edit: Edit): Promise<void>;
  /** Calls back once, after a while; the returned function cancels. */
  later(task: () => void): () => void;
  /** What could be neither written nor read is told to the user, and tried again with the next change. */
  failed(error: unknown): void;
}

/** A document that stays open. */
export interface OpenedDocument<D> {
  readonly doc: D;
  /** Resolves when all that was changed until now is in this replica's store. */
  flush(): Promise<void>;
  /** Flushes, and follows nothing any more. */
  close(): Promise<void>;
}

/** A kind of document, as far as a replica has to know it. Pure: what it returns depends on its arguments alone (C6). */
export interface DocumentModel<M extends JsonObject = JsonObject, D = unknown> {
  /** Why no correct replica writes these bytes, or `undefined`. Comes before anything else is asked about them. */
  fault(state: Uint8Array): string | undefined;
  /** What the siblings' states, sorted by dot, show together. */
  show(states: readonly Uint8Array[]): M;
  /** A whole-entry write: the edit after which the document shows this. @throws ReplicationError `invalid-entry` */
  assign(id: string, metadata: JsonObject): Edit;
  /** An edit by a caller's function. */
  edit(change: (document: D) => void): Edit;
  /** Keeps a document open, which follows its entry and writes what is changed in it. */
  open(host: DocumentHost): Promise<OpenedDocument<D>>;
}

/** C6: of siblings with documents, the one whose vector shows: that which was written last. */
export function vectorHolder<V extends StoredVersion>(live: readonly V[]): V | undefined {
  let holder: V | undefined;
  for (const version of live) if (holder === undefined || compareVectors(version, holder) > 0) holder = version;
  return holder;
}

/** The states of siblings, sorted by dot. */
export function statesOf(live: readonly StoredVersion[]): Uint8Array[] {
  return [...live].sort((a, b) => compareDots(a.dot, b.dot)).map(({ document }) => document?.state ?? NO_STATE);
}

const NO_STATE: Uint8Array = new Uint8Array();

function compareVectors(a: StoredVersion, b: StoredVersion): number {
  return compareHlc(writtenAt(a), writtenAt(b)) || compareDots(a.dot, b.dot);
}

function writtenAt({ document, hlc }: StoredVersion): HlcStamp {
  return document?.vectorAt ?? hlc;
}
