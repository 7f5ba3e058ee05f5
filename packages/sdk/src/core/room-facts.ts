import type { ReplicaSetRecord } from "./replica-set.ts";

/** What a replica's configuration says of the room. `undefined`: left out, so that the replica takes the room's. */
export interface RoomFacts {
  readonly dimensions: number | undefined;
  readonly replicationFactor: number | undefined;
  readonly distinctDevices: boolean | undefined;
  /** The mode's name and, where it has one, its version, as in `custom:v2`. */
  readonly conflictResolution: string | undefined;
  /** Whether entries are signed (C10). Never left out: to write or to judge signed entries takes an identity. */
  readonly signed: boolean;
}

const CODE_MODES: ReadonlySet<string> = new Set(["custom", "crdt"]);

export interface FactsConflict {
  readonly fact: string;
  readonly ours: string;
  readonly theirs: string;
}

/** The first fact that a configuration insists on and the room has otherwise. A room without fixed dimensions conflicts with none. */
export function factsConflict(insists: RoomFacts, room: ReplicaSetRecord): FactsConflict | undefined {
  const facts = ["dimensions", "replicationFactor", "distinctDevices", "conflictResolution", "signed"] as const;
  for (const fact of facts) {
    const ours = insists[fact];
    const theirs = room[fact];
    if (ours === undefined || theirs === undefined || ours === theirs) continue;
    if (fact === "conflictResolution" && modeOf(String(ours)) === modeOf(String(theirs))) continue;
    return { fact, ours: String(ours), theirs: String(theirs) };
  }
  // A custom resolver is code, and so are documents: they cannot be taken from the room.
  if (insists.conflictResolution === undefined && CODE_MODES.has(modeOf(room.conflictResolution))) {
    return { fact: "conflictResolution", ours: "left out", theirs: room.conflictResolution };
  }
  return undefined;
}

/** Whether the room's entries are documents. */
export function holdsDocuments(conflictResolution: string): boolean {
  return modeOf(conflictResolution) === "crdt";
}

/** The mode without its version: two versions of a resolver share a room, with a warning. */
export function modeOf(conflictResolution: string): string {
  return conflictResolution.split(":", 1)[0] ?? conflictResolution;
}
