import { AUTHOR_BYTES, type Author } from "../node-id.ts";
import { DecodeError } from "./decode-error.ts";
import type { Reader } from "./reader.ts";
import type { Signature, StoredVersion } from "../version.ts";
import type { Writer } from "./writer.ts";

/** Of Ed25519. */
const PROOF_BYTES = 64;
export const SIGNATURE_BYTES: number = AUTHOR_BYTES + PROOF_BYTES;

export function writeSignature(writer: Writer, { author, proof }: Signature): void {
  writer.hex(author);
  writer.hex(proof);
}

export function readSignature(reader: Reader): Signature {
  return { author: reader.hex(AUTHOR_BYTES, "author") as Author, proof: reader.hex(PROOF_BYTES, "signature") };
}

/** Whether these versions are signed: all of a message are, or none, as a room has one way (C10). */
export function areSigned(versions: readonly StoredVersion[]): boolean {
  const count = versions.filter(({ signature }) => signature !== undefined).length;
  if (count > 0 && count < versions.length) throw new RangeError("of a message's versions all are signed, or none");
  return count > 0;
}

export function writeSignatures(writer: Writer, versions: readonly StoredVersion[]): void {
  for (const { signature } of versions) if (signature !== undefined) writeSignature(writer, signature);
}

/** Spread into `count` versions. */
export function readSignatures(reader: Reader, count: number): readonly { readonly signature: Signature }[] {
  if (count === 0) throw new DecodeError("no versions, and signed");
  return Array.from({ length: count }, () => ({ signature: readSignature(reader) }));
}
