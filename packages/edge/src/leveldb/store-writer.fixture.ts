import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const SCRIPT = fileURLToPath(new URL("store-writer.fixture.js", import.meta.url));

/** Another process that has the store "one" of the room "room" open, and writes to it. */
export class StoreWriter {
  /** The numbers of the commits that were acknowledged. */
  readonly acknowledged: number[] = [];
  readonly opened: Promise<void>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(folder: string, ...flags: string[]) {
    const child = spawn(process.execPath, [SCRIPT, folder, ...flags], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.#exited = once(child, "exit");
    // Also where the test fails before it does so itself.
    onTestFinished(() => this.kill());
    this.opened = new Promise((resolve, reject) => {
      child.once("exit", () => reject(new Error("the writer ended before it had opened the store")));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.startsWith("open")) resolve();
        else this.acknowledged.push(Number(line));
      });
    });
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
