import { collectedOn } from "./collected.ts";
import { BrokenPromiseError } from "./broken-promise-error.ts";
import {
  clockOf,
  coveredOn,
  type DotName,
  heldOn,
  isCovered,
  nodeIdOf,
  recordOf,
  dotNameOfKey,
} from "./stored-image.ts";
import { decodeStored } from "../core/codec/stored.ts";
import { type AcknowledgedWrite, canonical, type Ledger, minorityOf } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { DiskImage } from "./disk.ts";
import { shownEntry } from "./shown-entry.ts";

/** Wall clocks jump by ten years at a time, and not thousands of times. */
const LATEST_CLOCK_MS: number = Date.UTC(5000, 0, 1);

/** S1: for every dot that a store's context covers, it holds the version or one whose writer had seen it. */
export function checkHonestContext(ledger: Ledger, name: string, image: DiskImage): void {
  const held = heldOn(image);
  const superseded = new Set<DotName>();
  for (const dot of held.keys()) for (const seen of ledger.versions.get(dot)?.seen ?? []) superseded.add(seen);
  for (const dot of collectedOn(ledger, image)) superseded.add(dot);
  const covered = coveredOn(image);
  for (const dot of covered) {
    // What was overwritten within one transaction was on no disk, and nobody has it.
    if (held.has(dot) || superseded.has(dot) || !ledger.versions.has(dot)) continue;
    ledger.violation(`S1: ${name} claims ${dot} and holds neither it nor what replaced it`);
  }
  for (const dot of held.keys())
    if (!covered.has(dot)) ledger.violation(`S1: ${name} holds ${dot}, which it does not claim`);
}

/** C8: no clock has followed what a peer that lies has stamped in the year 9999. */
export function checkClock(ledger: Ledger, name: string, image: DiskImage): void {
  const clock = clockOf(image);
  if (clock !== undefined && clock.wallMs > LATEST_CLOCK_MS)
    ledger.violation(`C8: the clock of ${name} has been set to ${new Date(clock.wallMs).toISOString()}`);
}

/** S1: no record of a version is damaged any more. */
export function checkSound(ledger: Ledger, name: string, image: DiskImage): void {
  for (const [key, bytes] of image) {
    if (dotNameOfKey(key) === undefined) continue;
    try {
      decodeStored(bytes);
    } catch (error) {
      ledger.violation(`S1: ${name} has not mended ${key}: ${String(error)}`);
    }
  }
}

/** P1: with a minority of the voters' stores lost, those lost already included, some voter still holds every acknowledged write. */
export function checkDurability(
  ledger: Ledger,
  machines: readonly Machine[],
  when: string,
  writes: readonly AcknowledgedWrite[] = ledger.quorumWrites,
): void {
  // Copies have one NodeId until they meet (C1), and each is the voter to those that it is connected to.
  const disks = machines.map(({ disk }) => disk.flushed);
  for (const { dot, lineage } of writes) {
    const record = ledger.activeRecord(lineage);
    if (record === undefined) continue;
    const nodeIds = record.voters.map((voter) => voter.nodeId);
    const lost = ledger.lostVoters(record);
    const holders = nodeIds.filter((nodeId) =>
      disks.some((image) => nodeIdOf(image) === nodeId && isCovered(image, dot)),
    ).length;
    if (holders <= minorityOf(record) - lost) {
      ledger.violation(
        `P1 ${when}: ${dot.origin}/${dot.seq}, acknowledged at quorum, is on ${holders} of ${nodeIds.length} voters (${lost} stores lost)`,
      );
    }
  }
}

/** What a replica shows its user, by id. */
export async function visibleEntries(machine: Machine): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for await (const entry of machine.replicator!.entries()) entries.set(entry.id, shownEntry(entry));
  const count = await machine.replicator!.count();
  if (count !== entries.size)
    throw new BrokenPromiseError(`${machine.name} counts ${count} entries and shows ${entries.size}`);
  return entries;
}

export function asText(entries: ReadonlyMap<string, string>): string {
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join("\n");
}

/** P2 by what is on the disks: the same siblings and the same contexts everywhere, but for tombstones that not all have collected yet. */
export function checkConvergence(ledger: Ledger, machines: readonly Machine[]): void {
  const [first, ...rest] = machines;
  if (first === undefined) return;
  const lingering = lingeringTombstones(ledger);
  const heldBy = (machine: Machine): DotName[] =>
    [...heldOn(machine.disk.image).keys()].filter((dot) => !lingering.has(dot));
  const held = new Set(heldBy(first));
  const covered = [...coveredOn(first.disk.image)].sort().join(" ");
  for (const other of rest) {
    const others = new Set(heldBy(other));
    const differing = [...[...held].filter((dot) => !others.has(dot)), ...[...others].filter((dot) => !held.has(dot))];
    if (differing.length > 0)
      ledger.violation(
        `P2: ${first.name} and ${other.name} hold different versions: ${differing.map((dot) => describe(ledger, dot)).join(", ")}`,
      );
    if ([...coveredOn(other.disk.image)].sort().join(" ") !== covered)
      ledger.violation(`P2: ${first.name} and ${other.name} claim different contexts`);
  }
}

/** Nothing is lost that some store kept, and nothing comes back that one kept the successor of (P1 at `one`, P3). */
export function checkNothingLostOrRaised(ledger: Ledger, image: DiskImage): void {
  const final = heldOn(image);
  const lingering = lingeringTombstones(ledger);
  const superseded = new Set<DotName>();
  for (const dot of final.keys()) for (const seen of ledger.versions.get(dot)?.seen ?? []) superseded.add(seen);
  for (const [dot, { seen }] of ledger.collected) for (const gone of [dot, ...seen]) superseded.add(gone);
  const kept = new Set<DotName>();
  for (const [nodeId, flushed] of ledger.flushedBy)
    if (!ledger.lostStores.has(nodeId)) for (const dot of flushed) if (ledger.versions.has(dot)) kept.add(dot);
  for (const dot of kept) {
    if (!final.has(dot) && !superseded.has(dot))
      ledger.violation(`lost: ${describe(ledger, dot)} was durable, and nothing has replaced it`);
    for (const seen of ledger.versions.get(dot)?.seen ?? []) {
      // A tombstone that some store has collected stays on others until they collect it, too, and hides nothing that came after it.
      if (final.has(seen) && !lingering.has(seen))
        ledger.violation(`P3: ${describe(ledger, seen)} is back, though ${describe(ledger, dot)} had seen it`);
    }
  }
}

/** What one store has collected, and tombstones that this had replaced, stay on others until they collect them, too (C9, S8). */
function lingeringTombstones(ledger: Ledger): ReadonlySet<DotName> {
  const lingering = new Set(ledger.collected.keys());
  for (const { seen } of ledger.collected.values())
    for (const dot of seen) if (ledger.versions.get(dot)?.stamp.tombstone === true) lingering.add(dot);
  return lingering;
}

export function checkSameReplicaSet(ledger: Ledger, machines: readonly Machine[]): void {
  const records = machines.map((machine) => {
    const record = recordOf(machine.disk.image);
    return record === undefined ? "none" : canonical(record);
  });
  if (new Set(records).size > 1) ledger.violation(`replica sets differ after healing: ${records.join(" | ")}`);
}

function describe(ledger: Ledger, dot: DotName): string {
  const stamp = ledger.versions.get(dot)?.stamp;
  return `${stamp?.tombstone === true ? "delete" : "write"} ${dot} of ${stamp?.id}`;
}
