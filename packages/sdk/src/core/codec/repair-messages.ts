import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import type { Dot } from "../dot.ts";
import type { DotRange } from "../reconciliation.ts";
import type { Fingerprint, Item } from "../item-list.ts";
import type { MessageCodecs } from "./message-codec.ts";
import { readContext, writeContext } from "./contexts.ts";
import { readVersions, writeVersions } from "./versions.ts";
import type { Reader } from "./reader.ts";
import type { RepairBegin, RepairMessage } from "../repair-messages.ts";
import type { Writer } from "./writer.ts";
import { MAX_LISTED_ITEMS, MAX_RANGES } from "./limits.ts";

const YES = 1;
const KINDS: readonly DotRange["content"]["kind"][] = ["fingerprint", "items", "missing"];
const MIN_DOT_BYTES: number = ORIGIN_BYTES + 1;
const HASH_BYTES = 4;
const MIN_RANGE_BYTES: number = 2 * MIN_DOT_BYTES + 2;

/** Repair (S8). Fields are read in the order in which they are written. */
export const repairCodecs: MessageCodecs<RepairMessage["type"]> = {
  "repair-begin": {
    code: 36,
    write: writeSnapshot,
    read: (reader) => ({ type: "repair-begin", ...readSnapshot(reader) }),
  },
  "repair-begun": {
    code: 37,
    write: writeSnapshot,
    read: (reader) => ({ type: "repair-begun", ...readSnapshot(reader) }),
  },
  "repair-ranges": {
    code: 38,
    write(writer, { repair, ranges }) {
      writer.uint(repair, "repair");
      writeRanges(writer, ranges);
    },
    read: (reader) => ({ type: "repair-ranges", repair: reader.uint("repair"), ranges: readRanges(reader) }),
  },
  "repair-batch": {
    code: 39,
    write(writer, { repair, index, versions }, compress) {
      writer.uint(repair, "repair");
      writer.uint(index, "index");
      return writeVersions(writer, versions, compress);
    },
    read: (reader) => ({
      type: "repair-batch",
      repair: reader.uint("repair"),
      index: reader.uint("index"),
      versions: readVersions(reader),
    }),
  },
  "repair-batch-ack": {
    code: 40,
    write(writer, { repair, index }) {
      writer.uint(repair, "repair");
      writer.uint(index, "index");
    },
    read: (reader) => ({ type: "repair-batch-ack", repair: reader.uint("repair"), index: reader.uint("index") }),
  },
  "repair-end": {
    code: 41,
    write(writer, { repair, complete, horizon }) {
      writer.uint(repair, "repair");
      writer.byte(complete ? YES : 0);
      writeContext(writer, horizon);
    },
    read: (reader) => ({
      type: "repair-end",
      repair: reader.uint("repair"),
      complete: reader.flags("repair's flags", YES) === YES,
      horizon: readContext(reader),
    }),
  },
  "repair-done": {
    code: 42,
    write(writer, { repair, joined, gained, dropped }) {
      writer.uint(repair, "repair");
      writer.byte(joined ? YES : 0);
      writer.uint(gained, "gained");
      writer.uint(dropped, "dropped");
    },
    read: (reader) => ({
      type: "repair-done",
      repair: reader.uint("repair"),
      joined: reader.flags("repair's flags", YES) === YES,
      gained: reader.uint("gained"),
      dropped: reader.uint("dropped"),
    }),
  },
  "repair-check": {
    code: 43,
    write: (writer, { fingerprint }) => writeFingerprint(writer, fingerprint),
    read: (reader) => ({ type: "repair-check", fingerprint: readFingerprint(reader) }),
  },
  "repair-checked": {
    code: 44,
    write: (writer, { equal }) => writer.byte(equal ? YES : 0),
    read: (reader) => ({ type: "repair-checked", equal: reader.flags("repair's flags", YES) === YES }),
  },
};

type Snapshot = Omit<RepairBegin, "type">;

function writeSnapshot(writer: Writer, { repair, context, horizon, ranges }: Snapshot): void {
  writer.uint(repair, "repair");
  writeContext(writer, context);
  writeContext(writer, horizon);
  writeRanges(writer, ranges);
}

function readSnapshot(reader: Reader): Snapshot {
  return {
    repair: reader.uint("repair"),
    context: readContext(reader),
    horizon: readContext(reader),
    ranges: readRanges(reader),
  };
}

function writeRanges(writer: Writer, ranges: readonly DotRange[]): void {
  writer.uint(ranges.length, "ranges", MAX_RANGES);
  for (const { from, through, content } of ranges) {
    writeDot(writer, from);
    writeDot(writer, through);
    writer.oneOf(KINDS, content.kind);
    if (content.kind === "fingerprint") writeFingerprint(writer, content);
    else if (content.kind === "items") {
      writer.uint(content.items.length, "items of a range", MAX_LISTED_ITEMS);
      for (const { dot, hash } of content.items) {
        writeDot(writer, dot);
        writer.uint32(hash);
      }
    } else {
      writeDots(writer, content.missing);
      writeDots(writer, content.differing);
    }
  }
}

function readRanges(reader: Reader): DotRange[] {
  return Array.from({ length: reader.count("ranges", MAX_RANGES, MIN_RANGE_BYTES) }, () => ({
    from: readDot(reader),
    through: readDot(reader),
    content: readContent(reader),
  }));
}

function readContent(reader: Reader): DotRange["content"] {
  const kind = reader.oneOf(KINDS, "a range's content");
  if (kind === "fingerprint") return { kind, ...readFingerprint(reader) };
  if (kind === "missing") return { kind, missing: readDots(reader), differing: readDots(reader) };
  const count = reader.count("items of a range", MAX_LISTED_ITEMS, MIN_DOT_BYTES + HASH_BYTES);
  const items: Item[] = Array.from({ length: count }, () => ({ dot: readDot(reader), hash: reader.uint32("hash") }));
  return { kind, items };
}

function writeFingerprint(writer: Writer, { count, low, high }: Fingerprint): void {
  writer.uint(count, "items");
  writer.uint32(low);
  writer.uint32(high);
}

function readFingerprint(reader: Reader): Fingerprint {
  return { count: reader.uint("items"), low: reader.uint32("fingerprint"), high: reader.uint32("fingerprint") };
}

function writeDots(writer: Writer, dots: readonly Dot[]): void {
  writer.uint(dots.length, "dots of a range", MAX_LISTED_ITEMS);
  for (const dot of dots) writeDot(writer, dot);
}

function readDots(reader: Reader): Dot[] {
  return Array.from({ length: reader.count("dots of a range", MAX_LISTED_ITEMS, MIN_DOT_BYTES) }, () =>
    readDot(reader),
  );
}

/** A bound of a range may have seq 0: it is before the first write. */
function writeDot(writer: Writer, { origin, seq }: Dot): void {
  writer.hex(origin);
  writer.uint(seq, "seq");
}

function readDot(reader: Reader): Dot {
  return { origin: reader.hex(ORIGIN_BYTES, "origin") as Origin, seq: reader.uint("seq") };
}
