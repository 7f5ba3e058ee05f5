import { createReadStream } from "node:fs";
import type { JsonObject, VectorEntry } from "@vecmesh/sdk";
import { InputError } from "./input-error.ts";

/** A line: an entry of the largest size in JSON is some megabytes. What has none for longer is no text of lines. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 10;

/** Where reading a file may be taken up again. */
export interface FilePosition {
  /** Bytes of the text read. */
  readonly offset: number;
  /** Lines read, which are entries too. */
  readonly lines: number;
}

export const BEGINNING: FilePosition = { offset: 0, lines: 0 };

export interface Line extends FilePosition {
  readonly text: string;
}

/** The lines of a text from a position on; each says where the next begins. */
export async function* linesFrom(path: string, from: FilePosition): AsyncGenerator<Line, void> {
  let { offset, lines } = from;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { start: offset }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
      offset += end + 1 - start;
      yield { text: rest.toString("utf8", start, end), offset, lines: ++lines };
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_LINE_BYTES)
      throw new InputError(
        `${path}: line ${lines + 1} is longer than ${MAX_LINE_BYTES} bytes. Is this a text of lines?`,
      );
  }
  if (rest.length > 0) yield { text: rest.toString("utf8"), offset: offset + rest.length, lines: ++lines };
}

/** `undefined` for an empty line. @throws InputError */
export function entryOf(line: Line, path: string): VectorEntry | undefined {
  if (line.text.trim() === "") return undefined;
  const { id, vector, metadata = {} } = jsonIn(line, path) as { id?: unknown; vector?: unknown; metadata?: unknown };
  if (typeof id !== "string" || !Array.isArray(vector) || typeof metadata !== "object" || metadata === null)
    throw lineError(line, path, 'must be like {"id":"n1","vector":[0.5,1],"metadata":{}}');
  // Made a Float32Array, null would be 0 and a text a number.
  const at = vector.findIndex((component) => typeof component !== "number");
  if (at >= 0) throw lineError(line, path, `has no number in its vector at ${at}: ${JSON.stringify(vector[at])}`);
  return { id, vector: Float32Array.from(vector as number[]), metadata: metadata as JsonObject };
}

/** An id of a file beside raw vectors: a JSON string. @throws InputError */
export function idOf(line: Line, path: string): string {
  const id = jsonIn(line, path);
  if (typeof id !== "string") throw lineError(line, path, "must be an id in quotes");
  return id;
}

function jsonIn(line: Line, path: string): unknown {
  try {
    const value: unknown = JSON.parse(line.text);
    if (value !== null) return value;
  } catch {
    // Told below.
  }
  throw lineError(line, path, "is no JSON");
}

export function lineError({ lines }: Line, path: string, fault: string): InputError {
  return new InputError(`${path}: line ${lines} ${fault}.`);
}

/** Where the ids of a file of raw vectors are. */
export function idsFileOf(path: string): string {
  return `${path}.ids`;
}
