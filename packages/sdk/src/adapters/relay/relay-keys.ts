import { Writer } from "../../core/codec/writer.ts";
import { hexToBytes } from "../../core/node-id.ts";
import type { LineName } from "./relay.ts";

/** What the two sides of a line have agreed on. */
export interface RelayKeys {
  /** Seals what this side sends. */
  readonly sending: CryptoKey;
  /** Opens what the other side sends. */
  readonly receiving: CryptoKey;
  /** The transport port's: the two public keys, which nobody in between can have put others in place of. */
  readonly channelBinding: Uint8Array;
}

/** In all browsers and in Node; X25519 is in WebCrypto only since 2025. */
const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const SECRET_BITS = 256;
const LABEL = "vecmesh relay";
const utf8 = new TextEncoder();

/** One side's half of the agreement, for one line: nothing that is sealed by it can be opened once both sides have forgotten it. */
export class RelayAgreement {
  /** To be brought to the other side: the point in SEC 1's uncompressed form, 65 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly #privateKey: CryptoKey;

  private constructor(publicKey: Uint8Array<ArrayBuffer>, privateKey: CryptoKey) {
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  static async begin(): Promise<RelayAgreement> {
    const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    return new RelayAgreement(new Uint8Array(await crypto.subtle.exportKey("raw", publicKey)), privateKey);
  }

  /** With a private key that is known, for test vectors. */
  static of(publicKey: Uint8Array<ArrayBuffer>, privateKey: CryptoKey): RelayAgreement {
    return new RelayAgreement(publicKey, privateKey);
  }

  /**
   * HKDF with SHA-256 (RFC 5869) over the shared secret, salted by an HMAC of both public keys under the key that the room's password was
   * made into, as TLS 1.3 (RFC 8446) joins a pre-shared key and an agreement: who lacks either has nothing.
   * @param relayingKey HMAC, of the room's password
   * @param offering whether this side has offered the connection
   * @throws DOMException for a public key that is no point of the curve
   */
  async keys(
    theirs: Uint8Array<ArrayBuffer>,
    { relayingKey, line, offering }: { relayingKey: CryptoKey; line: LineName; offering: boolean },
  ): Promise<RelayKeys> {
    const { subtle } = crypto;
    const [offered, answered] = offering ? [this.publicKey, theirs] : [theirs, this.publicKey];
    const transcript = new Writer();
    for (const part of [utf8.encode(LABEL), hexToBytes(line), offered, answered]) transcript.raw(part);
    const channelBinding = new Uint8Array(transcript.done());
    const peer = await subtle.importKey("raw", theirs, CURVE, false, []);
    const secret = await subtle.deriveBits({ name: "ECDH", public: peer }, this.#privateKey, SECRET_BITS);
    const base = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const salt = await subtle.sign("HMAC", relayingKey, channelBinding);
    const keyOf = (side: "offering" | "answering", usage: "encrypt" | "decrypt"): Promise<CryptoKey> => {
      const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: utf8.encode(`${LABEL} ${side}`) };
      return subtle.deriveKey(hkdf, base, { name: "AES-GCM", length: 256 }, false, [usage]);
    };
    const [sending, receiving] = await Promise.all([
      keyOf(offering ? "offering" : "answering", "encrypt"),
      keyOf(offering ? "answering" : "offering", "decrypt"),
    ]);
    return { sending, receiving, channelBinding };
  }
}

/** AES-GCM's nonce: four zero bytes and how many packets went before by this key, eight bytes, big-endian. Never one twice. */
export function relayNonce(count: number): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(count));
  return nonce;
}
