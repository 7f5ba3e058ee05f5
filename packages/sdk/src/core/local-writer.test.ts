import { describe, expect, it } from "vitest";
import type { Dot } from "./dot.ts";
import { dotOf, originOf, versionOf } from "./causality.fixture.ts";
import type { Draft } from "./draft.ts";
import { LocalWriter } from "./local-writer.ts";

describe("an edit of an entry's document", () => {
  it("waits for a cut that it is written with, and not for one that it only would be (C11)", () => {
    const awaited: (Dot | undefined)[] = [];
    const cuts = {
      hearsOfAll: true,
      isEverywhere: () => false,
      awaits: (_id: string, dot: Dot | undefined) => void awaited.push(dot),
    };
    const writer = new LocalWriter(() => originOf(1), undefined, cuts);
    const draft = {
      resets: 0,
      covers: () => false,
      siblings: () => [],
      prepare: (dot: Dot) => versionOf({ dot }),
    } as unknown as Draft;
    const held = new Map([["x", [versionOf({ dot: dotOf(2, 1) })]]]);
    const edit = (changed: boolean): void => {
      const item = {
        kind: "edit",
        id: "x",
        vector: undefined,
        edit: (_siblings: unknown, dot: Dot) => ({
          state: Uint8Array.of(0, 0),
          changed,
          claim: undefined,
          awaits: dot,
        }),
      } as const;
      writer.prepare(draft, item, false, held);
    };
    edit(false);
    expect(awaited).toEqual([]);
    edit(true);
    expect(awaited).toEqual([dotOf(1, 1)]);
  });
});
