import type { Dot } from "../core/dot.ts";
import { decodeStored } from "../core/codec/stored.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { type DotName, dotName } from "./stored-image.ts";
import { includesDot } from "../core/version-vector.ts";
import { MARKS } from "./document-edits.ts";
import type { VersionStamp } from "../core/version.ts";
import { withDocument } from "../adapters/yjs/generations/merged-document.ts";

/** What one version shows of its document. */
interface Seen {
  readonly marks: ReadonlySet<string>;
  readonly generation: number;
  readonly tags: readonly string[];
  readonly renewedBy: Dot | undefined;
}

interface Marked {
  readonly stamp: VersionStamp;
  readonly marks: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
  /** Tags that were shown by what its writer had seen, and are not by it. */
  readonly untagged: ReadonlySet<string>;
}

/**
 * C6: a version whose writer had seen another holds every edit that is in that one, unless it was deleted. So nothing is lost when the
 * first dominates the second.
 */
export class DocumentWitness {
  readonly #byId = new Map<string, Map<DotName, Marked>>();
  /** By id, the cuts with which generations have been begun. */
  readonly #begun = new Set<string>();
  readonly #known = new Set<DotName>();
  /** Versions that a delete may have seen which was overwritten in its own transaction, and so on no disk. */
  readonly #perhapsDeleted = new Set<Marked>();
  readonly #onViolation: (text: string) => void;

  constructor(onViolation: (text: string) => void) {
    this.#onViolation = onViolation;
  }

  /** How many generations have been begun, of the document that has been renewed most often (C11). */
  renewals = 0;

  /** A version that comes onto a disk for the first time. Returns the cut with which it is the first to begin a generation. */
  met(stamp: VersionStamp, record: Uint8Array): Dot | undefined {
    this.#known.add(dotName(stamp.dot));
    const document = seenIn(record);
    if (document === undefined) return undefined;
    const { marks, generation, tags, renewedBy } = document;
    this.renewals = Math.max(this.renewals, generation);
    // C11: what was made of an earlier generation and renamed has the same names whoever renames it.
    if (new Set(tags).size < tags.length)
      this.#onViolation(`C11: ${dotName(stamp.dot)} shows a tag twice: ${tags.join(" ")}`);
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
    const untagged = new Set(seen.flatMap((other) => [...other.tags, ...other.untagged]));
    for (const tag of tags) untagged.delete(tag);
    this.#checkUntagged(stamp, new Set(tags), seen, tombstones);
    ofId.set(dotName(stamp.dot), { stamp, marks, tags: new Set(tags), untagged });
    const cut = renewedBy && `${stamp.id} ${dotName(renewedBy)}`;
    if (cut === undefined || this.#begun.has(cut)) return undefined;
    this.#begun.add(cut);
    return renewedBy;
  }

  /** C11: what was taken from a list stays away. Where the entry was deleted meanwhile, what was written at once brings its own. */
  #checkUntagged(
    { dot }: VersionStamp,
    tags: ReadonlySet<string>,
    seen: readonly Marked[],
    tombstones: readonly Marked[],
  ): void {
    if (tombstones.length > 0) return;
    for (const other of seen)
      for (const tag of other.untagged)
        if (tags.has(tag))
          this.#onViolation(`C11: ${dotName(dot)} shows ${tag}, which was taken away in ${dotName(other.stamp.dot)}`);
  }

  /** Whether its writer has written just before it what has been on no disk. */
  #followsUnknown({ dot }: VersionStamp, seen: readonly Marked[]): boolean {
    const last = Math.max(0, ...seen.map((other) => (other.stamp.dot.origin === dot.origin ? other.stamp.dot.seq : 0)));
    for (let seq = last + 1; seq < dot.seq; seq++)
      if (!this.#known.has(dotName({ origin: dot.origin, seq }))) return true;
    return false;
  }
}

const NOTHING: Seen = { marks: new Set(), generation: 0, tags: [], renewedBy: undefined };

/** `undefined`: the room has no documents, or the record is damaged. */
function seenIn(record: Uint8Array): Seen | undefined {
  try {
    const { tombstone, document } = decodeStored(record).version;
    if (tombstone) return NOTHING;
    return (
      document &&
      withDocument([document.state], (opened, { generation, renewedBy }) => ({
        marks: new Set(opened.getMap(MARKS).keys()),
        generation,
        renewedBy,
        tags: opened.getArray<string>("tags").toArray(),
      }))
    );
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
