import type { Environment } from "./environment.ts";
import { sameDot } from "./dot.ts";
import type { IndexedVersion } from "./held-versions.ts";
import type { StoredVersion } from "./version.ts";
import { versionKey } from "./store-layout.ts";

export interface LoadOutcome {
  loaded(versions: readonly StoredVersion[]): void;
  /** Another transaction has replaced some of them meanwhile: the caller begins again, and each time some write has made progress. */
  replaced(): void;
  /** Versions that this store holds cannot be read. */
  unreadable(versions: readonly IndexedVersion[]): void;
}

/** Reads the payloads of the siblings of these ids, tombstones included, as of now. */
export function loadSiblings(env: Environment, ids: readonly string[], outcome: LoadOutcome): void {
  const wanted = ids.flatMap((id) => env.state.siblings(id));
  if (wanted.length === 0) {
    outcome.loaded([]);
    return;
  }
  env.load(
    wanted.map((version) => versionKey(version.dot)),
    (found) => {
      const missing = wanted.filter((_, i) => found[i] === undefined);
      if (missing.length === 0) {
        outcome.loaded(found as StoredVersion[]);
        return;
      }
      // The transaction that has taken them from the store may not show in the state yet; what is queued behind it sees it.
      const decide = (): void => {
        const lost = missing.filter(({ id, dot }) => env.state.siblings(id).some((held) => sameDot(held.dot, dot)));
        if (lost.length === 0) outcome.replaced();
        else outcome.unreadable(lost);
      };
      env.queue.push({ size: 0, stage: () => false, settle: decide, fail: decide });
    },
  );
}
