/** Time, randomness and cryptography, injected: the simulator supplies its own. */
export interface Runtime {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Cryptographically strong random bytes. */
  randomBytes(length: number): Uint8Array;
  /** Calls back once after `delayMs`; the returned function cancels. */
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Calls back in a task of its own, after those that wait already. Unlike a timer it is not held back where the page is hidden. */
  soon(callback: () => void): void;
  /** WebCrypto, where the platform gives it to this page: browsers do to secure ones only. */
  readonly subtle?: SubtleCrypto | undefined;
}
