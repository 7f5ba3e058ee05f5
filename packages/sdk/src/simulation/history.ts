import type { DotName } from "./stored-image.ts";
import { dotName } from "./stored-image.ts";
import type { LineageId } from "../core/node-id.ts";
import type { SessionToken } from "../core/session-token.ts";
import type { StoredEntry } from "../replicator/entry-reader.ts";
import type { WriteReceipt } from "../core/effects.ts";

/** A write that was acknowledged at `quorum` or `all`. */
export interface AnsweredWrite {
  readonly dot: DotName;
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly lineage: LineageId;
  readonly ordered: boolean;
}

/** An ordered deletion that found nothing to delete. */
export interface EmptyDeletion {
  readonly id: string;
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly lineage: LineageId;
}

/** A read at `quorum` or `all`. */
export interface AnsweredRead {
  readonly id: string;
  /** The live siblings that were shown. */
  readonly shown: readonly DotName[];
  readonly invokedAt: number;
  readonly returnedAt: number;
  readonly lineage: LineageId;
}

/** What a session names, and what a read after it has shown. */
export interface SessionRead {
  readonly id: string;
  readonly after: readonly DotName[];
  /** What the reader's horizon told of, when it was asked (C9). */
  readonly told: ReadonlySet<DotName>;
  readonly shown: readonly DotName[];
  readonly returnedAt: number;
}

export interface Session {
  readonly token: SessionToken;
  readonly dots: readonly DotName[];
}

/** Sessions that readers may still take up. */
const SESSIONS_KEPT = 8;

/** Reads and writes as their callers saw them, whichever machine they called. What has not been answered is in the ledger, if it came to be. */
export class History {
  readonly writes: AnsweredWrite[] = [];
  readonly emptyDeletions: EmptyDeletion[] = [];
  readonly reads: AnsweredRead[] = [];
  readonly sessionReads: SessionRead[] = [];
  sessions: readonly Session[] = [];

  /** @param deleted the id, of a deletion */
  written(invokedAt: number, returnedAt: number, receipt: WriteReceipt, deleted: string | undefined): void {
    const { dots, ordered } = receipt;
    const lineage = receipt.lineage as LineageId;
    for (const dot of dots) this.writes.push({ dot: dotName(dot), invokedAt, returnedAt, lineage, ordered });
    if (ordered && dots.length === 0 && deleted !== undefined)
      this.emptyDeletions.push({ id: deleted, invokedAt, returnedAt, lineage });
  }

  /** Any write's receipt, at `one` too. */
  begun({ session: token, dots }: WriteReceipt): void {
    this.sessions = [{ token, dots: dots.map(dotName) }, ...this.sessions].slice(0, SESSIONS_KEPT);
  }

  read(read: Omit<AnsweredRead, "shown">, entry: StoredEntry | undefined): void {
    this.reads.push({ ...read, shown: shownBy(entry) });
  }

  readAfter(read: Omit<SessionRead, "shown">, entry: StoredEntry | undefined): void {
    this.sessionReads.push({ ...read, shown: shownBy(entry) });
  }
}

function shownBy(entry: StoredEntry | undefined): DotName[] {
  return (entry?.dots ?? []).map(dotName);
}
