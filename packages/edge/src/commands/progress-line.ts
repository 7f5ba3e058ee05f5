import process from "node:process";

/** Often enough to be seen to move. */
const REDRAW_MS = 200;
const CLEAR = "\r\u001B[K";

/** One line on a terminal that is drawn again and again; nothing where standard error is none. */
export class ProgressLine {
  readonly #isShown: boolean = process.stderr.isTTY;
  #drawnAt = Number.NEGATIVE_INFINITY;

  draw(text: () => string): void {
    if (!this.#isShown || performance.now() - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = performance.now();
    process.stderr.write(CLEAR + text().slice(0, (process.stderr.columns ?? 80) - 1));
  }

  /** Before something else is written there. */
  clear(): void {
    if (this.#isShown) process.stderr.write(CLEAR);
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
