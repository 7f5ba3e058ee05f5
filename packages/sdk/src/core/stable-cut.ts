import { hasInteger, intersectIntervals, type IntervalSet } from "./interval-set.ts";
import type { CausalContext } from "./causal-context.ts";
import type { Dot } from "./dot.ts";
import type { NodeId, Origin } from "./node-id.ts";
import type { PeerReports } from "./peer-reports.ts";

/** What this replica and everybody who counts for collection hold: nobody among them can still be missing a dot of it (C9). */
export class StableCut {
  readonly #own: CausalContext;
  readonly #counted: readonly NodeId[];
  readonly #reports: PeerReports;
  readonly #intervals = new Map<Origin, IntervalSet>();

  constructor(own: CausalContext, counted: readonly NodeId[], reports: PeerReports) {
    this.#own = own;
    this.#counted = counted;
    this.#reports = reports;
  }

  covers(dot: Dot): boolean {
    return hasInteger(this.of(dot.origin), dot.seq);
  }

  of(origin: Origin): IntervalSet {
    const known = this.#intervals.get(origin);
    if (known !== undefined) return known;
    let common = this.#own.origins.get(origin) ?? [];
    for (const nodeId of this.#counted) common = intersectIntervals(common, this.#reports.heldBy(nodeId, origin));
    this.#intervals.set(origin, common);
    return common;
  }
}
