import { DecodeError } from "./codec/decode-error.ts";

/** What `fromBase64Url` reads: RFC 4648's alphabet for URLs, without padding. */
const BASE64_URL = /^[\w-]*$/;

export function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws DecodeError for what is none. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1 || !BASE64_URL.test(text)) throw new DecodeError("a text that is no base64url");
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}
