import { bytesToHex, hexToBytes } from "../core/node-id.ts";
import { replicationError } from "../core/replication-error.ts";

/** What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA-256 (2023): a guess costs an attacker as much as it costs us. */
const PBKDF2_ROUNDS = 600_000;
const MASTER_BITS = 256;

/** What a room's password comes down to. The keys cannot be read out of the platform again. */
export class RoomKeys {
  /** AES-GCM: seals what passes through signaling. */
  readonly sealing: CryptoKey;
  /** HMAC with SHA-256: goes into the keys of relayed connections. */
  readonly relaying: CryptoKey;
  /** HMAC with SHA-256: proves, on a channel, that one knows the password. */
  readonly #proving: CryptoKey;
  readonly #subtle: SubtleCrypto;

  private constructor(subtle: SubtleCrypto, sealing: CryptoKey, relaying: CryptoKey, proving: CryptoKey) {
    this.#subtle = subtle;
    this.sealing = sealing;
    this.relaying = relaying;
    this.#proving = proving;
  }

  /**
   * Slow on purpose: some tenths of a second, off the page's thread. The salt is the room's name, which every member knows and which
   * makes each room's guesses a work of their own. Passwords that look alike in Unicode are one: keyboards differ in how they compose.
   * @throws ReplicationError `insecure-context`
   */
  static async derive(password: string, room: string, subtle: SubtleCrypto | undefined): Promise<RoomKeys> {
    if (subtle === undefined) throw insecureContext();
    const utf8 = new TextEncoder();
    const typed = await subtle.importKey("raw", utf8.encode(password.normalize("NFC")), "PBKDF2", false, [
      "deriveBits",
    ]);
    const master = await subtle.deriveBits(
      { name: "PBKDF2", hash: "SHA-256", salt: utf8.encode(`vecmesh:${room}`), iterations: PBKDF2_ROUNDS },
      typed,
      MASTER_BITS,
    );
    const base = await subtle.importKey("raw", master, "HKDF", false, ["deriveKey"]);
    const purpose = (info: string): HkdfParams => ({
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: utf8.encode(info),
    });
    const aes = { name: "AES-GCM", length: 256 };
    const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
    const [sealing, relaying, proving] = await Promise.all([
      subtle.deriveKey(purpose("vecmesh signaling"), base, aes, false, ["encrypt", "decrypt"]),
      subtle.deriveKey(purpose("vecmesh relay"), base, hmac, false, ["sign"]),
      subtle.deriveKey(purpose("vecmesh channel"), base, hmac, false, ["sign", "verify"]),
    ]);
    return new RoomKeys(subtle, sealing, relaying, proving);
  }

  /** @param transcript of `proofTranscript`. The proof is in hex. */
  async prove(transcript: Uint8Array): Promise<string> {
    return bytesToHex(new Uint8Array(await this.#subtle.sign("HMAC", this.#proving, owned(transcript))));
  }

  /** Whether that is what `prove` gives, compared in constant time. */
  isProof(proof: string, transcript: Uint8Array): Promise<boolean> {
    return this.#subtle.verify("HMAC", this.#proving, owned(hexToBytes(proof)), owned(transcript));
  }
}

/** WebCrypto takes no bytes that might be shared between threads, and the compiler cannot know that these are not. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function insecureContext(): Error {
  const message =
    "A room password needs the platform's cryptography, which browsers give only to secure pages. Serve the page by https, or open it on localhost.";
  return replicationError("insecure-context", message, {});
}
