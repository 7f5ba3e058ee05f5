import { REMEMBERED_CONTEXTS } from "../core/context-history.ts";
import { collectionSizes } from "./collection-sizes.fixture.ts";
import type { Machine } from "./machine.ts";
import type { RunOptions } from "./run.ts";

/** What grows with what is stored. */
const CONTENT = /^(?:DurableState\.|CausalContext\.)/;
/** What waits for an answer, a commit or a peer: nothing does in a room at rest. */
const UNDER_WAY = /\.#(?:waiting|rounds|pending|loads|inputs|effects|reads|writingBack|waits|forced|strangers)$/;
/** A change of epoch whose voters are gone stands still until they return: one a lineage. */
const STANDING = "EpochChange.#rounds";
/** What has a limit of its own. */
const LIMITED: ReadonlyMap<string, number> = new Map([["ContextHistory.#past", REMEMBERED_CONTEXTS]]);
/** Not of the replica: the simulated disk. */
const STRANGE: ReadonlySet<string> = new Set(["DiskStore"]);
/** The rest grows with the replicas that have been met and with constants that bound histories. */
const MAX_AT_REST = 64;
/** For each call that a user of the room waits for: its own machines, and at every voter a question, with its copies when connections change. */
const MAX_PER_CALL = 4;

/**
 * Whether memory is bounded (P8): by what is under way while a room is busy, and by constants when it is at rest. It looks into private
 * fields by the debugger's protocol, which is too slow for every run.
 */
export class MemoryOracle implements RunOptions {
  /** What was too large. */
  readonly excesses: string[] = [];
  /** How many collections have been looked at. */
  looked = 0;

  readonly onAudit = (machines: readonly Machine[]): void => {
    const calls = machines.reduce((sum, { operations }) => sum + operations.openCalls, 0);
    for (const { replicator } of machines)
      if (replicator !== undefined) this.#look(replicator, () => MAX_AT_REST + MAX_PER_CALL * calls);
  };

  readonly onQuiet = (replicators: readonly object[]): void => {
    const limitOf = (name: string): number => (UNDER_WAY.test(name) && name !== STANDING ? 0 : MAX_AT_REST);
    for (const replicator of replicators) this.#look(replicator, limitOf);
  };

  #look(replicator: object, limitOf: (name: string) => number): void {
    for (const [name, size] of collectionSizes(replicator, STRANGE)) {
      this.looked++;
      const limit = LIMITED.get(name) ?? limitOf(name);
      if (size > limit && !CONTENT.test(name)) this.excesses.push(`P8: ${name} has ${size} elements, of ${limit}`);
    }
  }
}
