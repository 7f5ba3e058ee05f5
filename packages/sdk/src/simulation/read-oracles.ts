import type { AnsweredRead, History, SessionRead } from "./history.ts";
import type { KnownVersion, Ledger } from "./ledger.ts";
import { type QuorumOperation, registerHistory } from "./register-history.ts";
import type { DotName } from "./stored-image.ts";
import { dotName } from "./stored-image.ts";
import { earlierHalf, findImpossible, type RegisterOperation } from "./linearizability.ts";
import { findUncovered } from "./read-coverage.ts";
import { latest } from "../core/conflict-resolution.ts";

/**
 * Q9: what reads at `quorum`, ordered writes and sessions promise, id by id and lineage by lineage, till the first store is lost: what
 * a lost store had told is not promised to be told again.
 */
export function checkReads(ledger: Ledger, history: History, showsLatest: boolean): void {
  const judged = history.reads.filter((read) => read.returnedAt <= ledger.firstLossAt);
  for (const id of new Set(judged.map((read) => read.id))) {
    const versions = versionsOf(ledger, id);
    const reads = judged.filter((read) => read.id === id);
    checkCoverage(ledger, history, reads, versions);
    if (showsLatest) checkOrder(ledger, history, id, reads, versions);
  }
  for (const read of history.sessionReads)
    if (read.returnedAt <= ledger.firstLossAt) checkSession(ledger, versionsOf(ledger, read.id), read);
}

function versionsOf(ledger: Ledger, id: string): ReadonlyMap<DotName, KnownVersion> {
  return new Map([...ledger.versions].filter(([, { stamp }]) => stamp.id === id));
}

/**
 * A tombstone does not compete (C6): where it and a live write have not seen each other, that write shows, or shows again, whenever it
 * was; no order of deletions and writes explains that, and none is promised. Returns when there first were two such.
 */
function firstDeletionBesideWrite(versions: ReadonlyMap<DotName, KnownVersion>): number {
  let first = Number.POSITIVE_INFINITY;
  for (const [tombstone, deletion] of versions) {
    if (!deletion.stamp.tombstone) continue;
    for (const [live, write] of versions)
      if (!write.stamp.tombstone && !deletion.seen.has(live) && !write.seen.has(tombstone))
        first = Math.min(first, Math.max(deletion.since, write.since));
  }
  return first;
}

function checkOrder(
  ledger: Ledger,
  history: History,
  id: string,
  reads: readonly AnsweredRead[],
  versions: ReadonlyMap<DotName, KnownVersion>,
): void {
  const until = firstDeletionBesideWrite(versions);
  const judged = reads.filter((read) => read.returnedAt <= until);
  const answered = new Map(history.writes.filter((write) => write.ordered).map((write) => [write.dot, write]));
  const operations: QuorumOperation[] = [...versions].map(([dot, { stamp }]) => {
    const write = answered.get(dot);
    const common = { kind: "write", id, value: stamp.tombstone ? undefined : dot } as const;
    if (write === undefined) return { ...common, invokedAt: 0, returned: undefined, ordered: false };
    const { invokedAt, returnedAt: at, lineage } = write;
    return { ...common, invokedAt, returned: { at, lineage }, ordered: true };
  });
  for (const { id: deleted, invokedAt, returnedAt: at, lineage } of history.emptyDeletions)
    if (deleted === id)
      operations.push({ kind: "write", id, value: undefined, invokedAt, returned: { at, lineage }, ordered: true });
  for (const { shown, invokedAt, returnedAt: at, lineage } of judged) {
    const winner = latest(shown.map((dot) => ledger.versions.get(dot)!.stamp));
    const value = winner && dotName(winner.dot);
    operations.push({ kind: "read", id, value, invokedAt, returned: { at, lineage }, ordered: false });
  }
  for (const lineage of new Set(judged.map((read) => read.lineage))) {
    let searched: readonly RegisterOperation[] = registerHistory(operations, id, lineage);
    let impossible = findImpossible(searched);
    if (impossible === "undecided") ledger.undecidedOrders++;
    while (impossible === "undecided") {
      searched = earlierHalf(searched);
      impossible = findImpossible(searched);
    }
    if (impossible === undefined) continue;
    const text = (operation: object): string => JSON.stringify(operation);
    ledger.violation(
      `Q9: reads and ordered writes of ${id} have no order: after ${impossible.longest.map(text).join(", ")} comes ${text(impossible.stuckAt)}`,
    );
  }
}

/**
 * A read does not tell which tombstones it has found. So it is held to have found all that go with what it shows where it is asked what it
 * covers, and none but those that its writes had seen where a later read must cover what it did.
 */
function checkCoverage(
  ledger: Ledger,
  history: History,
  reads: readonly AnsweredRead[],
  versions: ReadonlyMap<DotName, KnownVersion>,
): void {
  const covering = reads.map(({ shown, ...read }) => {
    const told = closureOf(shown, versions);
    const covers = new Set(told);
    for (const [dot, { stamp, seen }] of versions) {
      if (!stamp.tombstone || shown.some((live) => seen.has(live))) continue;
      covers.add(dot);
      for (const earlier of seen) covers.add(earlier);
    }
    return { ...read, covers, told };
  });
  const writes = history.writes
    .filter((write) => versions.has(write.dot))
    .map(({ dot, returnedAt, lineage }) => ({ dot, acknowledgedAt: returnedAt, lineage }));
  const uncovered = findUncovered(covering, writes);
  if (uncovered !== undefined) ledger.violation(`Q9: ${uncovered}`);
}

/**
 * A read after a session shows its writes, or what has replaced them, and nothing that they had replaced: but for what was deleted before them, by a
 * tombstone that is collected and of which the reader's horizon does not tell yet. Until it is repaired it shows that beside them (S8, seed 39131).
 */
function checkSession(
  ledger: Ledger,
  versions: ReadonlyMap<DotName, KnownVersion>,
  { after, shown, told }: SessionRead,
): void {
  for (const dot of after) {
    const write = versions.get(dot);
    if (write === undefined) continue;
    const untold = [...ledger.collected].filter(([tombstone]) => write.seen.has(tombstone) && !told.has(tombstone));
    const returned = shown.find((live) => write.seen.has(live) && !untold.some(([, { seen }]) => seen.has(live)));
    if (returned !== undefined) ledger.violation(`Q9: a read after ${dot} shows ${returned}, which that had replaced`);
    const isReplaced = [...versions.values()].some((other) => other.seen.has(dot));
    if (!write.stamp.tombstone && !isReplaced && !shown.includes(dot))
      ledger.violation(`Q9: a read after ${dot} does not show it, and nothing has replaced it`);
  }
}

function closureOf(dots: readonly DotName[], versions: ReadonlyMap<DotName, KnownVersion>): Set<DotName> {
  return new Set(dots.flatMap((dot) => [dot, ...(versions.get(dot)?.seen ?? [])]));
}
