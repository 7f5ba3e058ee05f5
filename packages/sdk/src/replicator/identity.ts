import type { Author } from "../core/node-id.ts";
import type { JsonObject } from "../core/version.ts";
import { replicationError } from "../core/replication-error.ts";

/** An Ed25519 key pair: whoever has the private key is this author. */
export interface Identity {
  readonly publicKey: CryptoKey;
  /** With the usage `sign`. It need not be extractable. */
  readonly privateKey: CryptoKey;
}

/** What `authorize` decides about: one write, as its author made it. */
export interface AuthoredEntry<M extends JsonObject = JsonObject> {
  readonly id: string;
  /** A deletion has an empty vector and `{}`. */
  readonly deleted: boolean;
  readonly vector: Float32Array;
  /** In a room of documents: all of what the document shows as of this write, whoever has edited it before. */
  readonly metadata: M;
}

export type Authorize<M extends JsonObject = JsonObject> = (entry: AuthoredEntry<M>, author: Author) => boolean;

/** Of Ed25519 in WebCrypto. */
export const ED25519 = "Ed25519";

/** A new author, whose private key the platform keeps to itself. @throws ReplicationError `insecure-context`, `unsupported-platform` */
export async function generateIdentity(subtle: SubtleCrypto | undefined): Promise<Identity> {
  if (subtle === undefined) throw noCryptography();
  try {
    return await subtle.generateKey(ED25519, false, ["sign", "verify"]);
  } catch (cause) {
    throw noEd25519(cause);
  }
}

export function noCryptography(): Error {
  const message =
    "Signed entries need the platform's cryptography, which browsers give only to secure pages. Serve the page by https, or open it on localhost.";
  return replicationError("insecure-context", message, {});
}

export function noEd25519(cause: unknown): Error {
  const message =
    "This browser or runtime has no Ed25519 in WebCrypto, so it can neither sign entries nor tell whether others' are genuine. Update it.";
  return replicationError("unsupported-platform", message, { feature: "Ed25519" }, { cause });
}
