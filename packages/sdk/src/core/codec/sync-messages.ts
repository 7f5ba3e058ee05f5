import type { MessageCodecs } from "./message-codec.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";
import { readBuckets, readContext, readDigest, writeBuckets, writeContext, writeDigest } from "./contexts.ts";
import { readEpoch, writeEpoch } from "./records.ts";
import type { HorizonNews, SessionOutcome } from "../messages.ts";
import { readVersions, writeSharedVersions, writeVersions } from "./versions.ts";

const ANEW = 1;
const HAS_ACK = 1;
const RELAYED = 2;
const OUTCOMES: readonly SessionOutcome[] = ["complete", "incomplete", "beyond-horizon"];

/** Section 5: digests, sessions and live pushes. Fields are read in the order in which they are written. */
export const syncCodecs: MessageCodecs<
  "digest" | "pull" | "pull-more" | "batch" | "batch-ack" | "session-end" | "push"
> = {
  digest: {
    code: 2,
    write: (writer, { digest }) => writeDigest(writer, digest),
    read: (reader) => ({ type: "digest", digest: readDigest(reader) }),
  },
  pull: {
    code: 3,
    write(writer, { session, digest, buckets, context, ...news }) {
      writer.uint(session, "session");
      writeDigest(writer, digest);
      writeBuckets(writer, buckets);
      writeContext(writer, context);
      writeHorizonNews(writer, news);
    },
    read: (reader) => ({
      type: "pull",
      session: reader.uint("session"),
      digest: readDigest(reader),
      buckets: readBuckets(reader),
      context: readContext(reader),
      ...readHorizonNews(reader),
    }),
  },
  "pull-more": {
    code: 4,
    write(writer, { session, buckets }) {
      writer.uint(session, "session");
      writeBuckets(writer, buckets);
    },
    read: (reader) => ({ type: "pull-more", session: reader.uint("session"), buckets: readBuckets(reader) }),
  },
  batch: {
    code: 5,
    write(writer, { session, index, versions }, compress) {
      writer.uint(session, "session");
      writer.uint(index, "index");
      return writeVersions(writer, versions, compress);
    },
    read: (reader) => ({
      type: "batch",
      session: reader.uint("session"),
      index: reader.uint("index"),
      versions: readVersions(reader),
    }),
  },
  "batch-ack": {
    code: 6,
    write(writer, { session, index }) {
      writer.uint(session, "session");
      writer.uint(index, "index");
    },
    read: (reader) => ({ type: "batch-ack", session: reader.uint("session"), index: reader.uint("index") }),
  },
  "session-end": {
    code: 7,
    write(writer, { session, outcome, context, ...news }) {
      writer.uint(session, "session");
      writer.oneOf(OUTCOMES, outcome);
      writeContext(writer, context);
      writeHorizonNews(writer, news);
    },
    read: (reader) => ({
      type: "session-end",
      session: reader.uint("session"),
      outcome: reader.oneOf(OUTCOMES, "a session's outcome"),
      context: readContext(reader),
      ...readHorizonNews(reader),
    }),
  },
  push: {
    code: 8,
    write(writer, { ack, relayed, versions }, compress) {
      writer.byte((ack === undefined ? 0 : HAS_ACK) | (relayed === true ? RELAYED : 0));
      if (ack !== undefined) {
        writer.uint(ack.request, "request");
        writeEpoch(writer, ack);
      }
      // The same ones to every peer.
      return writeSharedVersions(writer, versions, compress);
    },
    read(reader) {
      const flags = reader.flags("push's flags", HAS_ACK | RELAYED);
      const ack = (flags & HAS_ACK) === 0 ? undefined : { request: reader.uint("request"), ...readEpoch(reader) };
      const versions = readVersions(reader);
      return (flags & RELAYED) === 0 ? { type: "push", ack, versions } : { type: "push", ack, versions, relayed: true };
    },
  },
};

function writeHorizonNews(writer: Writer, { horizon, anew }: HorizonNews): void {
  writer.byte(anew === true ? ANEW : 0);
  writeContext(writer, horizon);
}

function readHorizonNews(reader: Reader): HorizonNews {
  const anew = reader.flags("a horizon's flags", ANEW) === ANEW;
  const horizon = readContext(reader);
  return anew ? { horizon, anew } : { horizon };
}
