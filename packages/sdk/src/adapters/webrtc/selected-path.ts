import type { ConnectionPath } from "../../core/connection-path.ts";

/** By which way a connection goes now, from its `getStats()`; undefined where no pair of candidates is in use. */
export function selectedPath(report: Iterable<readonly [string, unknown]>): ConnectionPath | undefined {
  const stats = new Map(report as Iterable<readonly [string, Stats]>);
  const all = [...stats.values()];
  const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
  // Firefox has no such member, and marks the pair itself.
  const pair =
    transport === undefined
      ? all.find(({ type, selected }) => type === "candidate-pair" && selected === true)
      : stats.get(transport.selectedCandidatePairId ?? "");
  if (pair === undefined) return undefined;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id ?? "")?.candidateType);
  if (ends.includes("relay")) return "turn";
  return ends[0] === undefined ? undefined : "direct";
}

/** The members that are read, of all kinds of statistics. */
interface Stats {
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly selected?: boolean;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}
