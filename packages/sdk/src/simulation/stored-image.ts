import {
  CONTEXT_PREFIX,
  LEASES_KEY,
  NODE_KEY,
  originOfKey,
  PROGRESS_KEY,
  REPLICA_SETS_KEY,
  VERSION_PREFIX,
} from "../core/store-layout.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeIntervals } from "../core/codec/contexts.ts";
import { decodeJsonRecord } from "../core/codec/json-record.ts";
import { decodeStoredStamp } from "../core/codec/stored.ts";
import type { HlcStamp } from "../core/hybrid-logical-clock.ts";
import type { DiskImage } from "./disk.ts";
import type { LineageState } from "../core/lineage-state.ts";
import type { LineageId, NodeId, Origin } from "../core/node-id.ts";
import type { ReplicaSetRecord } from "../core/replica-set.ts";
import type { VersionStamp } from "../core/version.ts";

/** `<origin>/<seq>`: a dot, as the oracles name it and as a version's key ends. */
export type DotName = string;

export function dotName(dot: { readonly origin: string; readonly seq: number }): DotName {
  return `${dot.origin}/${dot.seq}`;
}

/** What a record says; nothing, where it is torn. */
function legible<T>(bytes: Uint8Array | undefined, decode: (bytes: Uint8Array) => T): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** What is on a disk, read without any of the code that is being tested but the decoders. */
export function nodeIdOf(image: DiskImage): NodeId | undefined {
  return (legible(image.get(NODE_KEY), decodeJsonRecord) as { nodeId: NodeId } | undefined)?.nodeId;
}

export function recordOf(image: DiskImage): ReplicaSetRecord | undefined {
  const { home, lineages } = lineagesIn(image.get(REPLICA_SETS_KEY));
  return lineages.find((state) => state.active.lineage === home)?.active;
}

/** Who is leased, as this replica says, or was not long ago. */
export function leasesOn(image: DiskImage): readonly NodeId[] {
  const leases = legible(image.get(LEASES_KEY), decodeJsonRecord) as readonly { nodeId: NodeId }[] | undefined;
  return (leases ?? []).map(({ nodeId }) => nodeId);
}

export function clockOf(image: DiskImage): HlcStamp | undefined {
  return (legible(image.get(PROGRESS_KEY), decodeJsonRecord) as { clock: HlcStamp } | undefined)?.clock;
}

export function lineagesOn(image: DiskImage): readonly LineageState[] {
  return lineagesIn(image.get(REPLICA_SETS_KEY)).lineages;
}

export function lineagesIn(bytes: Uint8Array | undefined): {
  readonly home?: LineageId;
  readonly lineages: readonly LineageState[];
} {
  const known = legible(bytes, decodeJsonRecord) as { home: LineageId; lineages: readonly LineageState[] } | undefined;
  return known ?? { lineages: [] };
}

export function dotNameOfKey(key: string): DotName | undefined {
  return key.startsWith(VERSION_PREFIX) ? key.slice(VERSION_PREFIX.length) : undefined;
}

export function stampOf(bytes: Uint8Array): VersionStamp {
  return decodeStoredStamp(bytes).stamp;
}

/** The versions on a disk, by their names. */
export function heldOn(image: DiskImage): Map<DotName, VersionStamp> {
  const held = new Map<DotName, VersionStamp>();
  for (const [key, value] of image) {
    const name = dotNameOfKey(key);
    const stamp = name === undefined ? undefined : legible(value, stampOf);
    if (name !== undefined && stamp !== undefined) held.set(name, stamp);
  }
  return held;
}

/** Every dot that the context on a disk covers. */
export function coveredOn(image: DiskImage): Set<DotName> {
  const covered = new Set<DotName>();
  for (const [key, value] of image) {
    if (!key.startsWith(CONTEXT_PREFIX)) continue;
    for (const seq of seqsIn(value)) covered.add(`${originOfKey(key)}/${seq}`);
  }
  return covered;
}

export function isCovered(image: DiskImage, dot: { readonly origin: Origin; readonly seq: number }): boolean {
  return isIn(image.get(CONTEXT_PREFIX + dot.origin), dot.seq);
}

/** Whether a record of intervals holds this seq. */
export function isIn(bytes: Uint8Array | undefined, seq: number): boolean {
  const intervals = legible(bytes, decodeIntervals) ?? [];
  return intervals.some((from, i) => i % 2 === 0 && from <= seq && seq <= intervals[i + 1]!);
}

function* seqsIn(bytes: Uint8Array): Iterable<number> {
  const intervals = legible(bytes, decodeIntervals) ?? [];
  for (let i = 0; i < intervals.length; i += 2)
    for (let seq = intervals[i]!; seq <= intervals[i + 1]!; seq++) yield seq;
}
