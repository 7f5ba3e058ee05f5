import { compareDots, type Dot } from "./dot.ts";
import { type DocumentModel, statesOf, vectorHolder } from "./entry-document.ts";
import { compareHlc } from "./hybrid-logical-clock.ts";
import type { Author } from "./node-id.ts";
import type { JsonObject, StoredVersion, VersionStamp } from "./version.ts";

/** One live sibling, as a resolver and a conflict event see it. */
export interface Version<M extends JsonObject = JsonObject> {
  readonly id: string;
  readonly dot: Dot;
  /** The writer's hybrid clock: milliseconds since 1970, for people; causality does not depend on it (C8). */
  readonly timestamp: number;
  readonly vector: Float32Array;
  readonly metadata: M;
  /** Who signed it, where the room's entries are signed. */
  readonly author?: Author;
}

/** What a resolver makes of several siblings. */
export interface Resolved<M extends JsonObject = JsonObject> {
  readonly vector: Float32Array;
  readonly metadata: M;
}

/** @typeParam D the document of an entry, in `crdt` mode. */
export type ConflictResolution<M extends JsonObject = JsonObject, D = unknown> =
  | { readonly mode: "last-write-wins" }
  | { readonly mode: "vector-clock" }
  | {
      readonly mode: "custom";
      readonly resolve: (siblings: readonly Version<M>[]) => Resolved<M>;
      readonly version: string;
    }
  | {
      readonly mode: "crdt";
      readonly documents: DocumentModel<M, D>;
      /** Names what the documents show where that may differ; empty where it may not. */
      readonly version: string;
    };

/** The write with the greatest (clock, origin, seq) is shown. The default. */
export function lastWriteWins(): ConflictResolution<never> & { readonly mode: "last-write-wins" } {
  return { mode: "last-write-wins" };
}

/** The same winner, with the others in `entry.conflicts` until a write that saw them all. */
export function vectorClock(): ConflictResolution<never> & { readonly mode: "vector-clock" } {
  return { mode: "vector-clock" };
}

/**
 * `resolve` makes one value of the siblings, which come sorted by dot. It must be deterministic; it need be neither commutative nor
 * associative (C6). `version` names the resolver's behaviour: two versions in one room raise an `error` event.
 */
export function custom<M extends JsonObject>(
  resolve: (siblings: readonly Version<M>[]) => Resolved<M>,
  options: { readonly version: string },
): ConflictResolution<M> & { readonly mode: "custom" } {
  return { mode: "custom", resolve, version: options.version };
}

/** The conflict mode as a fact of the room. */
export function conflictResolutionName(resolution: { readonly mode: string; readonly version?: string }): string {
  const { mode, version = "" } = resolution;
  return mode === "custom" || version !== "" ? `${mode}:${version}` : mode;
}

/** C6: who wins under `last-write-wins`: the greatest (hlc, origin, seq). */
export function latest<V extends VersionStamp>(live: readonly V[]): V | undefined {
  let winner: V | undefined;
  for (const version of live) {
    if (winner === undefined || (compareHlc(version.hlc, winner.hlc) || compareDots(version.dot, winner.dot)) > 0)
      winner = version;
  }
  return winner;
}

/** What an id shows: a pure function over its live siblings, never a step of the join (C6). `undefined`: nothing lives. */
export interface Projection<M extends JsonObject = JsonObject> extends Resolved<M> {
  readonly dots: readonly Dot[];
  readonly timestamp: number;
  readonly conflicts: readonly Version<M>[];
  /** Of the write that is shown, where entries are signed; what a resolver makes of several has none. */
  readonly author?: Author;
}

export function project<M extends JsonObject>(
  siblings: readonly StoredVersion[],
  resolution: ConflictResolution<M>,
): Projection<M> | undefined {
  const live = siblings.filter((version) => !version.tombstone).sort((a, b) => compareDots(a.dot, b.dot));
  const winner = latest(live);
  if (winner === undefined) return undefined;
  const common = { dots: live.map((version) => version.dot), timestamp: winner.hlc.wallMs };
  if (resolution.mode === "crdt") {
    const { vector } = vectorHolder(live)!;
    const author = live.length === 1 ? authorOf(winner) : {};
    return { ...common, vector, metadata: resolution.documents.show(statesOf(live)), conflicts: [], ...author };
  }
  const shown = { vector: winner.vector, metadata: winner.metadata as M, ...authorOf(winner) };
  if (live.length === 1 || resolution.mode === "last-write-wins") return { ...common, ...shown, conflicts: [] };
  if (resolution.mode === "custom") {
    const resolved = resolution.resolve(live.map((version) => toVersion<M>(version)));
    return { ...common, vector: resolved.vector, metadata: resolved.metadata, conflicts: [] };
  }
  return {
    ...common,
    ...shown,
    conflicts: live.filter((version) => version !== winner).map((version) => toVersion<M>(version)),
  };
}

export function toVersion<M extends JsonObject>(version: StoredVersion): Version<M> {
  return {
    id: version.id,
    dot: version.dot,
    timestamp: version.hlc.wallMs,
    vector: version.vector,
    metadata: version.metadata as M,
    ...authorOf(version),
  };
}

function authorOf({ signature }: StoredVersion): { readonly author?: Author } {
  return signature === undefined ? {} : { author: signature.author };
}
