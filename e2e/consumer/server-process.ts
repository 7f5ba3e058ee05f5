import { spawn } from "node:child_process";
import { once } from "node:events";

/** A server that runs beside a test. Disposing of it ends it, and fails the test when it has ended by itself. */
export interface ServerProcess extends AsyncDisposable {
  /** Where it says that it listens. */
  readonly url: string;
  /** Ends it as a crash would: it says nothing to its clients. */
  crash(): Promise<void>;
}

/**
 * Starts a Node script and waits until it prints a URL.
 *
 * @param script relative to `cwd`
 * @throws Error with all that it printed, when it ends without having printed one
 */
export async function startServerProcess(cwd: string, script: string, ...args: string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  const exited = once(child, "exit");
  let printed = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      const found = /\b(?:http|ws):\/\/[^\s/]+/.exec(printed);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`${script} ended before it listened:\n${printed}`)));
  });
  let isWanted = true;
  let ending: Error | undefined;
  child.once("exit", (code, signal) => {
    if (!isWanted) return;
    ending = new Error(`${script} ended by itself (${signal ?? code}):\n${printed}`);
    // At once: what the test fails of for want of it may be told in place of this.
    console.log(ending.message);
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (ending !== undefined) throw ending;
    isWanted = false;
    child.kill(signal);
    await exited;
  };
  return { url, crash: () => end("SIGKILL"), [Symbol.asyncDispose]: () => end("SIGTERM") };
}
