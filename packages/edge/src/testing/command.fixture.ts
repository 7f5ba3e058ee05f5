import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";
import { runCli } from "../cli.ts";

const COMMAND = fileURLToPath(new URL("../../bin/vecmesh-edge.js", import.meta.url));

export interface CommandResult {
  readonly status: number;
  /** Standard output, a line of JSON each. */
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}

/** Runs a command that ends by itself, in this process. */
export async function runCommand(...args: readonly string[]): Promise<CommandResult> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    await runCli(args);
    const lines = written.stdout.split("\n").filter((line) => line.startsWith("{"));
    return {
      status: Number(process.exitCode ?? 0),
      stderr: written.stderr,
      lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

/** The command as it runs for good. */
export class RunningEdge {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** Where it serves HTTP; rejects with all that it said when it ends without doing so. */
  readonly url: Promise<string>;
  stderr: string = "";

  constructor(...args: readonly string[]) {
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#exited = once(child, "exit");
    // Also where the test fails before it does so itself.
    onTestFinished(async () => void (await this.end("SIGKILL")));
    child.stderr.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.url = new Promise((resolve, reject) => {
      let printed = "";
      child.stdout.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        const found = /http:\/\/\S+/.exec(printed);
        if (found) resolve(found[0]);
      });
      child.once("exit", () => reject(new Error(`vecmesh-edge ended before it listened:\n${printed}${this.stderr}`)));
    });
    // Whoever awaits it is told.
    this.url.catch(() => undefined);
  }

  /** Of its ending by itself, or otherwise. */
  get exitCode(): Promise<number | null> {
    return this.#exited.then(() => this.#child.exitCode);
  }

  /** Ends it, and gives its exit code. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.#child.kill(signal);
    return this.exitCode;
  }
}
