import { fork } from "node:child_process";
import { once } from "node:events";

/**
 * A Node process of its own that does what it is asked to: `serveMethods` is its other half.
 *
 * @template {Record<string, (...args: any[]) => unknown>} Methods
 */
export class NodeProcess {
  /** @type {import("node:child_process").ChildProcess} */
  #child;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #calls = new Map();
  #lastCall = 0;

  /**
   * @param {URL} script
   * @param {readonly string[]} [nodeOptions]
   */
  constructor(script, nodeOptions = []) {
    this.#child = fork(script, { execArgv: [...nodeOptions], stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (/** @type {{ call: number, value: unknown, error: string | undefined }} */ answer) => {
      const call = this.#calls.get(answer.call);
      this.#calls.delete(answer.call);
      if (answer.error === undefined) call?.resolve(answer.value);
      else call?.reject(new Error(answer.error));
    });
    this.#child.once("exit", (code, signal) => {
      for (const { reject } of this.#calls.values()) reject(new Error(`${script.pathname} ended: ${code ?? signal}`));
      this.#calls.clear();
    });
  }

  /**
   * @template {keyof Methods & string} Name
   * @param {Name} method
   * @param {Parameters<Methods[Name]>} args
   * @returns {Promise<Awaited<ReturnType<Methods[Name]>>>}
   */
  call(method, ...args) {
    const call = ++this.#lastCall;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.#child.send({ call, method, args }, (error) => {
        if (error) reject(error);
      });
    });
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }
}
