import { decodeStored } from "../core/codec/stored.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { type DotName, dotName } from "./stored-image.ts";
import { includesDot } from "../core/version-vector.ts";
import { MARKS } from "./document-edits.ts";
import type { VersionStamp } from "../core/version.ts";
import { withDocument } from "../adapters/yjs/with-document.ts";

interface Marked {
  readonly stamp: VersionStamp;
  readonly marks: ReadonlySet<string>;
}

/**
 * C6: a version whose writer had seen another holds every edit that is in that one, unless it was deleted. So nothing is lost when the
 * first dominates the second.
 */
export class DocumentWitness {
  readonly #byId = new Map<string, Map<DotName, Marked>>();
  readonly #known = new Set<DotName>();
  /** Versions that a delete may have seen which was overwritten in its own transaction, and so on no disk. */
  readonly #perhapsDeleted = new Set<Marked>();
  readonly #onViolation: (text: string) => void;

  constructor(onViolation: (text: string) => void) {
    this.#onViolation = onViolation;
  }

  /** A version that comes onto a disk for the first time. */
  met(stamp: VersionStamp, record: Uint8Array): void {
    this.#known.add(dotName(stamp.dot));
    const marks = marksIn(record);
    if (marks === undefined) return;
    let ofId = this.#byId.get(stamp.id);
    if (ofId === undefined) this.#byId.set(stamp.id, (ofId = new Map()));
    const others = [...ofId.values()];
    const seen = others.filter((other) => includesDot(stamp.context, other.stamp.dot));
    if (this.#followsUnknown(stamp, seen)) for (const other of seen) this.#perhapsDeleted.add(other);
    // Also by a tombstone that the writer has collected, and does not name any more (C9).
    const tombstones = others.filter((other) => other.stamp.tombstone);
    for (const other of stamp.tombstone ? [] : seen) {
      if (this.#perhapsDeleted.has(other)) continue;
      if (tombstones.some((tombstone) => includesDot(tombstone.stamp.context, other.stamp.dot))) continue;
      for (const mark of other.marks)
        if (!marks.has(mark))
          this.#onViolation(
            `C6: ${dotName(stamp.dot)} has seen ${dotName(other.stamp.dot)} and lacks its edit ${mark}`,
          );
    }
    ofId.set(dotName(stamp.dot), { stamp, marks });
  }

  /** Whether its writer has written just before it what has been on no disk. */
  #followsUnknown({ dot }: VersionStamp, seen: readonly Marked[]): boolean {
    const last = Math.max(0, ...seen.map((other) => (other.stamp.dot.origin === dot.origin ? other.stamp.dot.seq : 0)));
    for (let seq = last + 1; seq < dot.seq; seq++)
      if (!this.#known.has(dotName({ origin: dot.origin, seq }))) return true;
    return false;
  }
}

/** `undefined`: the room has no documents, or the record is damaged. */
function marksIn(record: Uint8Array): ReadonlySet<string> | undefined {
  try {
    const { tombstone, document } = decodeStored(record).version;
    if (tombstone) return new Set();
    return document && withDocument([document.state], (opened) => new Set(opened.getMap(MARKS).keys()));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
