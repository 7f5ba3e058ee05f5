import { expect, test } from "vitest";
import { SlowLane } from "./slow-lane.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("T10: one has its turn in each of the event loop's, who comes again after the others", async () => {
  const lane = new SlowLane();
  const log: string[] = [];
  const user = (name: string, times: number): { takeLane: () => void } => {
    let left = times;
    const self = {
      takeLane: (): void => {
        log.push(name);
        if (--left > 0) lane.enter(self);
      },
    };
    lane.enter(self);
    return self;
  };
  for (const name of ["a", "b"]) user(name, 2);
  const gone = user("gone", 1);
  user("c", 1);
  lane.leave(gone);
  expect(log).toEqual([]);
  for (const order of ["a", "ab", "abc", "abca", "abcab", "abcab"]) {
    await nextTurn();
    expect(log.join("")).toBe(order);
  }
  user("later", 1);
  await nextTurn();
  expect(log.at(-1)).toBe("later");
});
