import { shapeFault } from "../entry-validation.ts";
import type { JsonObject } from "../version.ts";
import { DecodeError } from "./decode-error.ts";
import { MAX_METADATA_BYTES } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** As JSON.stringify writes it: the one form of a value, so that relays send the bytes that they got (S9). */
export function writeMetadata(writer: Writer, metadata: JsonObject): void {
  writer.text(JSON.stringify(metadata), "metadata", MAX_METADATA_BYTES);
}

export function readMetadata(reader: Reader): JsonObject {
  const text = reader.text("metadata", MAX_METADATA_BYTES);
  if (text === "{}") return {};
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch (cause) {
    throw new DecodeError("metadata is not JSON", { cause });
  }
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    throw new DecodeError("metadata is not a JSON object");
  const fault = shapeFault(metadata);
  if (fault !== undefined) throw new DecodeError(fault);
  if (JSON.stringify(metadata) !== text) throw new DecodeError("metadata is not in the form that JSON.stringify gives");
  return metadata as JsonObject;
}
