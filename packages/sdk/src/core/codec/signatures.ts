import { AUTHOR_BYTES, type Author } from "../node-id.ts";
import { DecodeError } from "./decode-error.ts";
import type { Reader } from "./reader.ts";
import type { Signature, StoredVersion } from "../version.ts";
import type { Writer } from "./writer.ts";

/** Of Ed25519. */
const PROOF_BYTES = 64;
export const SIGNATURE_BYTES: number = AUTHOR_BYTES + PROOF_BYTES;
const SIGNED: readonly boolean[] = [false, true];

export function writeSignature(writer: Writer, { author, proof }: Signature): void {
  writer.hex(author);
  writer.hex(proof);
}

export function readSignature(reader: Reader): Signature {
  return { author: reader.hex(AUTHOR_BYTES, "author") as Author, proof: reader.hex(PROOF_BYTES, "signature") };
}

/** All versions of a message are signed, or none: a room has one way (C10). */
export function writeSignatures(writer: Writer, versions: readonly StoredVersion[]): void {
  const signatures = versions.flatMap(({ signature }) => signature ?? []);
  writer.oneOf(SIGNED, signatures.length > 0);
  if (signatures.length > 0 && signatures.length < versions.length)
    throw new RangeError("of a message's versions all are signed, or none");
  for (const signature of signatures) writeSignature(writer, signature);
}

/** Spread into `count` versions; empty where they are not signed. */
export function readSignatures(reader: Reader, count: number): readonly { readonly signature: Signature }[] {
  if (!reader.oneOf(SIGNED, "whether versions are signed")) return [];
  if (count === 0) throw new DecodeError("no versions, and signed");
  return Array.from({ length: count }, () => ({ signature: readSignature(reader) }));
}
