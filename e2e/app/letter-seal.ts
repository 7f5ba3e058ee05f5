/** docs/PROTOCOL.md, "Room password", written anew: what the SDK seals opens here, and the other way round. */

export interface SealedLetter {
  readonly type: string;
  readonly instance: string;
  readonly to?: string;
  readonly sealed: string;
}

const NONCE_BYTES = 12;
const utf8 = new TextEncoder();

export class LetterSeal {
  readonly #key: CryptoKey;
  readonly #room: string;

  private constructor(key: CryptoKey, room: string) {
    this.#key = key;
    this.#room = room;
  }

  /** The key for signaling alone: it proves nothing on a channel. */
  static async of(password: string, room: string): Promise<LetterSeal> {
    const typed = await crypto.subtle.importKey("raw", utf8.encode(password), "PBKDF2", false, ["deriveBits"]);
    const salt = utf8.encode(`vecmesh:${room}`);
    const stretched = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 600_000 };
    const master = await crypto.subtle.deriveBits(stretched, typed, 256);
    const base = await crypto.subtle.importKey("raw", master, "HKDF", false, ["deriveKey"]);
    const info = utf8.encode("vecmesh signaling");
    const purpose = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const aes = { name: "AES-GCM", length: 256 };
    return new LetterSeal(await crypto.subtle.deriveKey(purpose, base, aes, false, ["encrypt", "decrypt"]), room);
  }

  async open({ instance, to, sealed }: SealedLetter): Promise<unknown> {
    const text = atob(sealed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const cipher = this.#cipher(bytes.subarray(0, NONCE_BYTES), instance, to);
    const content = await crypto.subtle.decrypt(cipher, this.#key, bytes.subarray(NONCE_BYTES));
    return JSON.parse(new TextDecoder().decode(content));
  }

  async seal(envelope: { readonly instance: string; readonly to?: string }): Promise<SealedLetter> {
    const { instance, to } = envelope;
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const content = utf8.encode(JSON.stringify(envelope));
    const encrypted = await crypto.subtle.encrypt(this.#cipher(iv, instance, to), this.#key, content);
    const text = String.fromCharCode(...iv, ...new Uint8Array(encrypted));
    const sealed = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return { type: "sealed", instance, ...(to !== undefined && { to }), sealed };
  }

  #cipher(iv: Uint8Array<ArrayBuffer>, instance: string, to: string | undefined): AesGcmParams {
    const context = JSON.stringify([`vecmesh:${this.#room}`, instance, to ?? ""]);
    return { name: "AES-GCM", iv, additionalData: utf8.encode(context) };
  }
}
