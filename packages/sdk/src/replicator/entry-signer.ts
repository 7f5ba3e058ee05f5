import { type AuthoredEntry, type Authorize, ED25519, type Identity, noCryptography, noEd25519 } from "./identity.ts";
import { type Author, bytesToHex, hexToBytes } from "../core/node-id.ts";
import type { JsonObject, Signature, StoredVersion } from "../core/version.ts";
import type { LocalItem } from "../core/effects.ts";
import type { DocumentModel } from "../core/entry-document.ts";
import { refuse } from "./config.ts";
import { replicationError } from "../core/replication-error.ts";
import { signedBytes } from "../core/signed-bytes.ts";

export interface EntrySignerOptions<M extends JsonObject> {
  readonly room: string;
  readonly identity: Identity;
  /** `undefined`: every author may write everything. */
  readonly authorize: Authorize<M> | undefined;
  /** In a room of documents: what `authorize` is shown of them. */
  readonly documents?: Pick<DocumentModel<M>, "fault" | "show"> | undefined;
  readonly subtle: SubtleCrypto | undefined;
}

/**
 * Versions whose signatures are made or judged in one go: to hand one of 384 floats to the platform takes some 15 microseconds, so all of
 * them stay well under the 50 ms that a page may be held up (P6).
 */
const VERSIONS_AT_ONCE = 200;
/** Authors whose keys are kept ready. */
const MAX_KEYS = 1000;
/** Of an id, in what is said about it. */
const SHOWN_ID = 60;
const NO_VECTOR: Float32Array = new Float32Array(0);

/** Whatever the metadata of a room's entries. */
export type Signer = Pick<EntrySigner<never>, "sign" | "fault" | "mustAllow">;

/** Signs this replica's versions and judges everybody's (C10). */
export class EntrySigner<M extends JsonObject> {
  /** This replica's. */
  readonly author: Author;
  readonly #room: string;
  readonly #privateKey: CryptoKey;
  readonly #authorize: Authorize<M> | undefined;
  readonly #documents: EntrySignerOptions<M>["documents"];
  readonly #subtle: SubtleCrypto;
  readonly #keys = new Map<Author, CryptoKey>();

  private constructor(
    { room, identity, authorize, documents }: EntrySignerOptions<M>,
    subtle: SubtleCrypto,
    author: Author,
  ) {
    this.author = author;
    this.#room = room;
    this.#privateKey = identity.privateKey;
    this.#authorize = authorize;
    this.#documents = documents;
    this.#subtle = subtle;
    this.#keys.set(author, identity.publicKey);
  }

  /** @throws ReplicationError `invalid-config` where the two keys are no pair; `insecure-context`, `unsupported-platform` */
  static async of<M extends JsonObject>(options: EntrySignerOptions<M>): Promise<EntrySigner<M>> {
    const { identity, subtle } = options;
    if (subtle === undefined) throw noCryptography();
    const { publicKey, privateKey } = identity;
    const sample = new Uint8Array(1);
    let isPair: boolean;
    let author: Author;
    try {
      author = bytesToHex(new Uint8Array(await subtle.exportKey("raw", publicKey))) as Author;
      isPair = await subtle.verify(ED25519, publicKey, await subtle.sign(ED25519, privateKey, sample), sample);
    } catch (cause) {
      throw noEd25519(cause);
    }
    if (!isPair) refuse("identity", "the two keys of one pair");
    return new EntrySigner(options, subtle, author);
  }

  /**
   * In the versions' order.
   * @throws ReplicationError `unauthorized` where this replica may not write one of the documents, of which nobody knew before what it says.
   */
  async sign(versions: readonly StoredVersion[]): Promise<Signature[]> {
    return this.#each(versions, async (version) => {
      if (version.document !== undefined) this.#mustAllow(this.#authored(version));
      const bytes = owned(signedBytes(version, this.#room, this.author));
      const proof = await this.#subtle.sign(ED25519, this.#privateKey, bytes);
      return { author: this.author, proof: bytesToHex(new Uint8Array(proof)) };
    });
  }

  /** @throws ReplicationError `unauthorized` where this replica may not write one of the items. */
  mustAllow(items: readonly LocalItem[]): void {
    for (const item of items) {
      // What an edit makes of its document shows in the transaction only, and is asked about there.
      if (item.kind === "edit") continue;
      const isPut = item.kind === "put";
      const vector = isPut ? item.vector : NO_VECTOR;
      this.#mustAllow({ id: item.id, deleted: !isPut, vector, metadata: isPut ? item.metadata : {} });
    }
  }

  #mustAllow(entry: AuthoredEntry): void {
    const refusal = this.#refusal(entry);
    if (refusal === undefined) return;
    const verb = entry.deleted ? "delete" : "write";
    const message = `By the room's \`authorize\`, this replica's identity may not ${verb} ${quoted(entry.id)}. Nothing is stored.`;
    throw replicationError("unauthorized", message, { credential: "identity" }, refusal);
  }

  #authored({ id, tombstone, vector, metadata, document }: StoredVersion): AuthoredEntry {
    const shown = document === undefined ? metadata : (this.#documents?.show([document.state]) ?? {});
    return { id, deleted: tombstone, vector, metadata: shown };
  }

  /** Why no replica with the same `authorize` sends one of these versions, or `undefined`. Those without a signature are the core's to refuse. */
  async fault(versions: readonly StoredVersion[]): Promise<string | undefined> {
    const faults = await this.#each(versions, (version) => this.#faultOf(version));
    return faults.find((fault) => fault !== undefined);
  }

  async #faultOf(version: StoredVersion): Promise<string | undefined> {
    const { signature, id, document } = version;
    if (signature === undefined) return undefined;
    if (!(await this.#isGenuine(version, signature)))
      return `a version of ${quoted(id)} that its author has not signed`;
    const fault = document && this.#documents?.fault(document.state);
    if (fault !== undefined) return `a document that cannot be: ${fault}`;
    const refusal = this.#refusal(this.#authored(version), signature.author);
    return refusal && `a version of ${quoted(id)} that its author ${signature.author} may not write`;
  }

  async #isGenuine(version: StoredVersion, { author, proof }: Signature): Promise<boolean> {
    try {
      const bytes = owned(signedBytes(version, this.#room, author));
      return await this.#subtle.verify(ED25519, await this.#keyOf(author), owned(hexToBytes(proof)), bytes);
    } catch {
      // Bytes that are no point of the curve, which some platforms say by an error.
      return false;
    }
  }

  async #keyOf(author: Author): Promise<CryptoKey> {
    const known = this.#keys.get(author);
    if (known !== undefined) return known;
    const key = await this.#subtle.importKey("raw", owned(hexToBytes(author)), ED25519, false, ["verify"]);
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(author, key);
    return key;
  }

  /** Whatever `authorize` returns but true is a refusal: a promise, say. So is an exception. */
  #refusal(entry: AuthoredEntry, author: Author = this.author): { readonly cause?: unknown } | undefined {
    try {
      const allows: unknown = this.#authorize?.(entry as AuthoredEntry<M>, author) ?? this.#authorize === undefined;
      return allows === true ? undefined : {};
    } catch (cause) {
      return { cause };
    }
  }

  async #each<R>(versions: readonly StoredVersion[], judge: (version: StoredVersion) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    for (let from = 0; from < versions.length; from += VERSIONS_AT_ONCE)
      results.push(...(await Promise.all(versions.slice(from, from + VERSIONS_AT_ONCE).map(judge))));
    return results;
  }
}

/** WebCrypto takes no bytes that might be shared between threads, and the compiler cannot know that these are not. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function quoted(id: string): string {
  return JSON.stringify(id.length > SHOWN_ID ? `${id.slice(0, SHOWN_ID)}…` : id);
}
