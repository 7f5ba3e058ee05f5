import { describe, expect, it } from "vitest";
import { Streams } from "./streams.ts";

describe("a run's random numbers", () => {
  it("come from the seed and the purpose", () => {
    expect(new Streams(1).of("a").unit()).toBe(new Streams(1).of("a").unit());
    expect(new Streams(1).of("a").unit()).not.toBe(new Streams(2).of("a").unit());
    expect(new Streams(1).of("a").unit()).not.toBe(new Streams(1).of("b").unit());
  });

  it("do not depend on what was drawn for another purpose", () => {
    const streams = new Streams(1);
    streams.of("b").unit();
    expect(streams.of("a").unit()).toBe(new Streams(1).of("a").unit());
  });

  it("pick each key as often as its weight says", () => {
    const streams = new Streams(1);
    let often = 0;
    for (let i = 0; i < 4000; i++) if (streams.race("pick", { often: 3, seldom: 1, never: 0 }) === "often") often++;
    expect(often / 4000).toBeCloseTo(0.75, 1);
  });

  it("pick the others in the same order when there is one more", () => {
    const [before, after] = [new Streams(1), new Streams(1)];
    const picks = Array.from({ length: 100 }, () => after.race("pick", { a: 1, b: 2, c: 0.1 }));
    const unchanged = picks.filter((pick) => {
      const old = before.race("pick", { a: 1, b: 2 });
      return pick === "c" || pick === old;
    });
    expect(unchanged).toEqual(picks);
  });
});
