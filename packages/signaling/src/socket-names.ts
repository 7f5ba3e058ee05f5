import { randomBytes } from "node:crypto";

/** Unguessable, so that only those who share a topic with a socket can direct a message to it. */
const NAME_BYTES = 16;
/** Asking for randomness takes some 20 µs, for however few bytes. */
const AT_A_TIME = 256;

/** Gives each socket its name, from randomness that is fetched for many at once; each byte is used once. */
export class SocketNames {
  #random: Buffer = Buffer.alloc(0);
  #used = 0;

  next(): string {
    if (this.#used === this.#random.length) {
      this.#random = randomBytes(NAME_BYTES * AT_A_TIME);
      this.#used = 0;
    }
    return this.#random.toString("base64url", this.#used, (this.#used += NAME_BYTES));
  }
}
