import { describe, expect, it } from "vitest";
import { contexts, originOf } from "./causality.fixture.ts";
import { hearHorizon, tellHorizon } from "./horizon-news.ts";
import { CausalContext } from "./causal-context.ts";
import fc from "fast-check";
import type { Origin } from "./node-id.ts";
import type { Peer } from "./peer.ts";

const { EMPTY } = CausalContext;

/** One end of a connection that has just been made. */
const peer = (): Peer => ({ theirHorizon: EMPTY, toldHorizon: undefined }) as Partial<Peer> as Peer;

describe("the news of a horizon", () => {
  it("tell all of it to who has heard all of them, also where it has shrunk (S1)", () => {
    const step = fc.record({ more: contexts, isReset: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), contexts, (steps, ours) => {
        const [teller, hearer] = [peer(), peer()];
        const state = { horizon: EMPTY, resets: 0 };
        for (const { more, isReset } of steps) {
          state.resets += Number(isReset);
          state.horizon = isReset ? more : state.horizon.join(more);
          const news = tellHorizon(teller, state);
          expect(hearHorizon(hearer, news, ours)).toBeUndefined();
          expect(new Map(hearer.theirHorizon.origins)).toEqual(new Map(state.horizon.origins));
        }
      }),
    );
  });

  it("are none where nothing has changed, and one origin where one has", () => {
    const told = peer();
    const state = { horizon: CausalContext.of([1, 2, 3].map((n) => [originOf(n), [1, 9]] as const)), resets: 1 };
    expect(tellHorizon(told, state)).toEqual({ horizon: state.horizon });
    expect(tellHorizon(told, state)).toEqual({ horizon: EMPTY });
    state.horizon = state.horizon.with([{ origin: originOf(2), seq: 10 }]);
    expect([...tellHorizon(told, state).horizon.origins]).toEqual([[originOf(2), [1, 10]]]);
    state.resets++;
    expect(tellHorizon(told, state)).toEqual({ horizon: state.horizon, anew: true });
  });

  it("are held once where the peer's horizon is this replica's own", () => {
    const [hearer, ours] = [peer(), CausalContext.of([[originOf(1), [1, 9]]])];
    hearHorizon(hearer, { horizon: CausalContext.of([[originOf(1), [1, 9]]]) }, ours);
    expect(hearer.theirHorizon).toBe(ours);
  });

  it("come to no more than a frame may hold (P8)", () => {
    const hearer = peer();
    const some = (first: number): CausalContext => {
      const origins = Array.from({ length: 100_000 }, (_, i) => (first + i).toString(16).padStart(16, "0") as Origin);
      return CausalContext.of(origins.map((origin) => [origin, [1, 1]] as const));
    };
    expect(hearHorizon(hearer, { horizon: some(0) }, EMPTY)).toBeUndefined();
    expect(hearHorizon(hearer, { horizon: some(100_000) }, EMPTY)).toBeUndefined();
    expect(hearHorizon(hearer, { horizon: some(200_000) }, EMPTY)).toContain("horizon");
    expect(hearHorizon(hearer, { horizon: some(200_000), anew: true }, EMPTY)).toBeUndefined();
    expect(hearer.theirHorizon.origins.size).toBe(100_000);
  });
});
