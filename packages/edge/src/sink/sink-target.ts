import type { StoredEntry } from "@vecmesh/sdk";

/** What a target keeps of an entry. */
export type SinkEntry = Pick<StoredEntry, "id" | "vector" | "metadata" | "timestamp">;

/** How far a target has come with a room. */
export interface SinkPosition {
  /** Of the replica's changes: all that was told up to there is in the target. */
  readonly checkpoint: string;
  /**
   * While the target may hold entries that the replica has let go without telling: ids up to this one, in the target's order, have been compared
   * with the replica's. The empty text is before all of them. Left out: nothing is left to compare.
   */
  readonly sweptTo?: string | undefined;
}

/** What is applied at once. No id is in it twice. */
export interface SinkStep {
  readonly puts: readonly SinkEntry[];
  readonly deletes: readonly string[];
  readonly position: SinkPosition;
}

/**
 * A database that is fed with what a replica shows. Every method may be called again when its outcome is unknown, and then changes nothing more.
 * All fail with a `SinkError`.
 */
export interface SinkTarget {
  /** Makes what is missing in the database. Returns facts for the log. */
  prepare(): Promise<Readonly<Record<string, string>>>;
  /** Makes `owner` the one who feeds the room, in the place of whoever was. Returns where the room is, if it has ever been fed. */
  claim(room: string, owner: string): Promise<SinkPosition | undefined>;
  /** Changes entries and moves the position in one durable transaction, or fails with `taken-over` where another has claimed the room. */
  apply(room: string, owner: string, step: SinkStep): Promise<void>;
  /** Up to `limit` of the room's ids that follow `id`, in an order of the target's that never changes. */
  idsAfter(room: string, id: string, limit: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
