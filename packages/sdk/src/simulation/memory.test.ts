import { expect, it } from "vitest";
import { collectionSizes } from "./collection-sizes.fixture.ts";
import { run } from "./run.ts";

const SEEDS = 12;

/** What grows with what is stored. */
const CONTENT = /^(?:DurableState\.|CausalContext\.)/;
/** What waits for an answer, a commit or a peer: nothing does in a room at rest. */
const UNDER_WAY = /\.#(?:waiting|rounds|pending|loads|inputs|effects|reads|writingBack|waits|forced|strangers)$/;
/** A change of epoch whose voters are gone stands still until they return: one a lineage. */
const STANDING = "EpochChange.#rounds";
/** The last own contexts: a history with a limit of its own. */
const HISTORY = "ContextHistory.#past";
/** The rest grows with the replicas that have been met and with constants that bound histories. */
const MAX_AT_REST = 64;

it(`a replica at rest keeps nothing of what it did (P8), as ${SEEDS} rooms show`, { timeout: 240_000 }, async () => {
  const large: string[] = [];
  let looked = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const onQuiet = (replicators: readonly object[]): void => {
      for (const replicator of replicators) {
        for (const [name, size] of collectionSizes(replicator, new Set(["DiskStore"]))) {
          looked++;
          const limit = UNDER_WAY.test(name) && name !== STANDING ? 0 : MAX_AT_REST;
          if (size > limit && name !== HISTORY && !CONTENT.test(name))
            large.push(`seed ${seed}: ${name} has ${size} elements`);
        }
      }
    };
    await run(seed, { onQuiet });
  }
  expect(looked).toBeGreaterThan(1000);
  expect(large).toEqual([]);
});
