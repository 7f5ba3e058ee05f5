import { describe, expect, it } from "vitest";
import { dotOf, versionOf } from "./causality.fixture.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import { Draft } from "./draft.ts";
import { PROGRESS_KEY } from "./store-layout.ts";
import { imageOf } from "./replica-state.fixture.ts";
import { DurableState, type StoreImage } from "./durable-state.ts";

type Stored = Pick<StoreImage, "revision" | "openings">;

/** Opens a store that holds this, stores one version, and returns the revision that its readers are told, and what is stored then. */
function opening(found: Stored, random: number): { state: DurableState; told: number; stored: Stored } {
  const state = new DurableState(imageOf(1, found), random);
  const draft = new Draft(state, 0);
  draft.receive(versionOf({ dot: dotOf(2, 1) }));
  const stored = decodeJsonRecord(new Map(draft.batch(false)!.puts).get(PROGRESS_KEY)!) as Stored;
  draft.apply(false, true);
  return { state, told: state.revision, stored };
}

describe("the count of changes", () => {
  it.each([0.1, 0.5, 0.9])(
    "tells what a power cut has taken, in later openings too, from what is there (D2)",
    (random) => {
      const kept = opening({ revision: 0, openings: [] }, 0.3);
      const lost = opening(kept.stored, 0.6);
      let found = kept.stored;
      for (let openings = 0; openings < 5; openings++) {
        const { state, stored } = opening(found, random);
        expect(state.wasLost(kept.told)).toBe(false);
        expect(state.wasLost(lost.told) || lost.told > state.revision).toBe(true);
        found = stored;
      }
    },
  );
});
