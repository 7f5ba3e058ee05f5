import { idFault } from "../entry-validation.ts";
import { DecodeError } from "./decode-error.ts";
import { MAX_ID_BYTES, MAX_READ_IDS, MAX_READ_PARTS } from "./limits.ts";
import type { MessageCodecs } from "./message-codec.ts";
import type { Reader } from "./reader.ts";
import { readEpoch, writeEpoch } from "./records.ts";
import { readVersions, writeVersions } from "./versions.ts";

/** A length and a byte. */
const MIN_ID_BYTES = 2;

/** Section 6: quorum reads (Q9). */
export const readCodecs: MessageCodecs<"read-request" | "read-reply"> = {
  "read-request": {
    code: 30,
    write(writer, message) {
      writer.uint(message.request, "request");
      writeEpoch(writer, message);
      writer.uint(message.ids.length, "ids", MAX_READ_IDS);
      for (const id of message.ids) writer.text(id, "id", MAX_ID_BYTES);
    },
    read: (reader) => ({
      type: "read-request",
      request: reader.uint("request"),
      ...readEpoch(reader),
      ids: readIds(reader),
    }),
  },
  "read-reply": {
    code: 31,
    write(writer, message, compress) {
      writer.uint(message.request, "request");
      writeEpoch(writer, message);
      writer.uint(message.counter, "counter");
      writer.uint(message.part, "part");
      writer.uint(message.parts, "parts", MAX_READ_PARTS);
      return writeVersions(writer, message.versions, compress);
    },
    read(reader) {
      const request = reader.uint("request");
      const epoch = readEpoch(reader);
      const counter = reader.uint("counter");
      const part = reader.uint("part");
      const parts = reader.uint("parts", MAX_READ_PARTS);
      if (part >= parts) throw new DecodeError("a part beyond the last");
      return { type: "read-reply", request, ...epoch, counter, part, parts, versions: readVersions(reader) };
    },
  },
};

function readIds(reader: Reader): string[] {
  const ids = new Set<string>();
  for (let left = reader.count("ids", MAX_READ_IDS, MIN_ID_BYTES); left > 0; left--) {
    const id = reader.text("id", MAX_ID_BYTES);
    const fault = idFault(id);
    if (fault !== undefined) throw new DecodeError(fault);
    if (ids.has(id)) throw new DecodeError("an id twice in a question");
    ids.add(id);
  }
  return [...ids];
}
