/**
 * How long what lies in the browser's buffer may take to leave: whatever is sent next, a ping or an acknowledgement,
 * waits behind it. 8 MiB queued delayed a ping by 480 to 963 ms, 256 KiB by 14 to 19 ms (T3).
 */
const TARGET_MS = 25;
/** Less would leave the channel idle between two turns of the event loop. */
const MIN_BYTES = 64 * 1024;
/** More brings no throughput, on the fastest links either. Chromium throws at 16 MiB. */
const MAX_BYTES = 256 * 1024;
/** Shorter spans than this measure the clock, which counts in milliseconds. */
const MIN_SAMPLE_MS = 5;
/** The weight of the newest sample. */
const SMOOTHING = 0.3;

/** Decides how many bytes may lie in the browser's buffer, from how fast it drains. */
export class InFlightWindow {
  #limit = MAX_BYTES / 2;
  #bytesPerMs: number | undefined;
  #sampleStart: { readonly at: number; readonly drained: number } | undefined;

  /** Bytes. */
  get limit(): number {
    return this.#limit;
  }

  /** The buffer is not being kept full: how fast it drains says nothing until it is. */
  idle(): void {
    this.#sampleStart = undefined;
  }

  /** `drained` is how many bytes have left since the channel was opened. Called while the buffer is kept full. */
  measure(now: number, drained: number): void {
    const start = this.#sampleStart;
    if (start === undefined || now < start.at) {
      this.#sampleStart = { at: now, drained };
      return;
    }
    const elapsed = now - start.at;
    if (elapsed < MIN_SAMPLE_MS) return;
    const rate = (drained - start.drained) / elapsed;
    this.#bytesPerMs = this.#bytesPerMs === undefined ? rate : this.#bytesPerMs + SMOOTHING * (rate - this.#bytesPerMs);
    this.#limit = Math.min(MAX_BYTES, Math.max(MIN_BYTES, this.#bytesPerMs * TARGET_MS));
    this.#sampleStart = { at: now, drained };
  }
}
