import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { CausalContext } from "./causal-context.ts";
import { crc32 } from "./codec/checksum.ts";
import { readContext, writeContext } from "./codec/contexts.ts";
import { DecodeError } from "./codec/decode-error.ts";
import { Reader } from "./codec/reader.ts";
import { Writer } from "./codec/writer.ts";
import type { Dot } from "./dot.ts";

/** What a reader must have seen, as text without meaning for its bearer: it goes through applications' URLs, storage and messages. */
export type SessionToken = string & { readonly __brand: "SessionToken" };

/** The first byte. */
const FORMAT = 1;
/** The longest token that is looked at: a context of some 60,000 intervals. */
const MAX_TOKEN_LENGTH: number = 2 ** 20;

export function sessionToken(dots: readonly Dot[]): SessionToken {
  const writer = new Writer();
  writeContext(writer, CausalContext.EMPTY.with(dots));
  const body = writer.done();
  const record = new Writer();
  record.byte(FORMAT);
  record.uint32(crc32(body));
  record.raw(body);
  return toBase64Url(record.done()) as SessionToken;
}

/** The writes that a token names, or `undefined` where it is none: cut off, mistyped, or of another version. */
export function dotsOfSession(token: unknown): CausalContext | undefined {
  if (typeof token !== "string" || token.length > MAX_TOKEN_LENGTH) return undefined;
  try {
    const reader = new Reader(fromBase64Url(token));
    if (reader.byte("format") !== FORMAT) return undefined;
    const checksum = reader.uint32("checksum");
    if (crc32(reader.rest()) !== checksum) return undefined;
    const dots = readContext(reader);
    reader.end();
    return dots;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
