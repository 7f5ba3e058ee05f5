/** One version of a note: one write of it that no later write has seen. */
export interface NoteVersion {
  /** The write's dot, as a key. */
  readonly key: string;
  readonly text: string;
  /** The node id of the replica that wrote it. */
  readonly author: string;
  /** Milliseconds since 1970, by the writer's clock. */
  readonly writtenAt: number;
}

/** A note as this replica holds it: the version that is shown, and those that conflict with it. */
export interface Note extends NoteVersion {
  readonly id: string;
  /** When it was first written: what the list is ordered by, so that an edit moves nothing. */
  readonly createdAt: number;
  /** Of length 1. */
  readonly vector: Float32Array;
  /** The concurrent versions beside the shown one; empty without a conflict. */
  readonly others: readonly NoteVersion[];
}

export function versionsOf(note: Note): readonly NoteVersion[] {
  return [note, ...note.others];
}
