import { describe, expect, it } from "vitest";
import { REQUESTS_PER_STEP, writeInSteps } from "./write-steps.ts";

/** An object store that notes what is asked of it, and answers a request when told to. */
class Asked {
  readonly calls: string[] = [];
  readonly #requests: EventTarget[] = [];
  throwsFrom = Number.POSITIVE_INFINITY;

  readonly transaction = {
    commit: () => void this.calls.push("commit"),
    abort: () => void this.calls.push("abort"),
  };
  put(_value: Uint8Array, key: string): EventTarget {
    if (this.calls.length >= this.throwsFrom) throw new Error("refused");
    return this.#ask(`put ${key}`);
  }
  delete(key: string): EventTarget {
    return this.#ask(`delete ${key}`);
  }
  answerAll(): void {
    for (const request of this.#requests.splice(0)) request.dispatchEvent(new Event("success"));
  }
  #ask(call: string): EventTarget {
    this.calls.push(call);
    const request = new EventTarget();
    this.#requests.push(request);
    return request;
  }
}

const puts = (count: number): [string, Uint8Array][] =>
  Array.from({ length: count }, (_, i) => [`${i}`, new Uint8Array(1)]);
const write = (asked: Asked, count: number, deletes: readonly string[]): void =>
  writeInSteps(asked as unknown as IDBObjectStore, puts(count), deletes);

describe("writing in steps (P6, D2)", () => {
  it("makes so many requests a task, in order, and commits with the last", () => {
    const asked = new Asked();
    write(asked, 2 * REQUESTS_PER_STEP - 1, ["x", "y"]);
    const sizes = [asked.calls.length];
    for (let before = -1; before !== asked.calls.length;) {
      before = asked.calls.length;
      asked.answerAll();
      sizes.push(asked.calls.length);
    }
    expect(sizes).toEqual([
      REQUESTS_PER_STEP,
      2 * REQUESTS_PER_STEP,
      2 * REQUESTS_PER_STEP + 2,
      2 * REQUESTS_PER_STEP + 2,
    ]);
    expect(asked.calls.slice(0, 2)).toEqual(["put 0", "put 1"]);
    expect(asked.calls.slice(-3)).toEqual(["delete x", "delete y", "commit"]);
  });

  it("commits at once what one task can write, or nothing", () => {
    for (const count of [0, REQUESTS_PER_STEP]) {
      const asked = new Asked();
      write(asked, count, []);
      expect(asked.calls.at(-1)).toBe("commit");
      asked.answerAll();
      expect(asked.calls).toHaveLength(count + 1);
    }
  });

  it("undoes all of it when a later step is refused, and leaves the first step's refusal to the caller", () => {
    const asked = new Asked();
    asked.throwsFrom = REQUESTS_PER_STEP + 5;
    write(asked, 2 * REQUESTS_PER_STEP, []);
    asked.answerAll();
    expect(asked.calls.at(-1)).toBe("abort");
    expect(asked.calls).not.toContain("commit");
    const atOnce = new Asked();
    atOnce.throwsFrom = 3;
    expect(() => write(atOnce, 5, [])).toThrow("refused");
    expect(atOnce.calls).not.toContain("abort");
  });
});
