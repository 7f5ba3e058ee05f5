import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import type { ConsistencyLevel } from "./consistency-level.ts";

export interface Voter {
  readonly nodeId: NodeId;
  readonly deviceId: DeviceId;
  /** The epoch that enrolled it: what it forgot before that does not matter (Q3). */
  readonly since: number;
  /** Always on, as it says itself: it goes before others, and nobody takes its place while it is away (Q7a). */
  readonly steady: boolean;
}

/** Q1: who votes, as one versioned record. Never derived from who is connected. */
export interface ReplicaSetRecord {
  readonly lineage: LineageId;
  readonly generation: number;
  readonly epoch: number;
  readonly replicationFactor: number;
  readonly distinctDevices: boolean;
  /** Further facts of the room: components a vector has (`undefined`: not fixed), and the conflict mode, as in `custom:v2`. */
  readonly dimensions: number | undefined;
  readonly conflictResolution: string;
  /** Whether its entries are signed (C10). */
  readonly signed: boolean;
  /** At most `replicationFactor`. The order has no meaning but which of them tries first, where one is enough. */
  readonly voters: readonly Voter[];
  /** Removed on request and not enrolled again until added. */
  readonly barred: readonly NodeId[];
  /** Whether any epoch of this lineage had a data quorum of voters. */
  readonly formed: boolean;
  /** Set in a lineage's last epoch: the lineage that its voters hand their state to (Q7b). */
  readonly yieldsTo: LineageId | undefined;
}

/** More voters than this answer no question that fewer do not, and each write would wait for the slowest of many. */
export const MAX_REPLICATION_FACTOR = 15;

/** Q2: DQ = floor(RF / 2) + 1. Never clamped to who is there. */
export function dataQuorum(record: Pick<ReplicaSetRecord, "replicationFactor">): number {
  return Math.floor(record.replicationFactor / 2) + 1;
}

/** Q2: how many durable copies a level asks for. */
export function requiredAcks(record: ReplicaSetRecord, level: ConsistencyLevel): number {
  if (level === "one") return 1;
  return level === "quorum" ? dataQuorum(record) : record.replicationFactor;
}

export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

export function isVoter(record: ReplicaSetRecord, nodeId: NodeId): boolean {
  return record.voters.some((voter) => voter.nodeId === nodeId);
}

/**
 * Changes of the replica set that a replica may have missed: one a second for twelve days. Further ahead lies no honest record, and an
 * epoch near 2^53 would be the last that a lineage can have.
 */
const MAX_MISSED_EPOCHS: number = 2 ** 20;
/** Survivors found a generation an hour at most, if they are not configured otherwise. One near 2^53 would outrank all that follow. */
const MAX_MISSED_GENERATIONS: number = 2 ** 20;

/** Why no correct replica can have told `theirs` to one that goes by `ours`, or `undefined`. */
export function recordFault(theirs: ReplicaSetRecord, ours: ReplicaSetRecord): string | undefined {
  const { voters, distinctDevices } = theirs;
  if (voters.length === 0) return "a replica set without voters";
  if (distinctDevices && new Set(voters.map((voter) => voter.deviceId)).size < voters.length)
    return "a replica set with two voters on one device";
  if (theirs.generation > ours.generation + MAX_MISSED_GENERATIONS) return "a generation that no room can have reached";
  if (theirs.lineage !== ours.lineage) return undefined;
  if (theirs.epoch > ours.epoch + MAX_MISSED_EPOCHS) return "an epoch that this lineage cannot have reached";
  const facts = [
    "replicationFactor",
    "distinctDevices",
    "dimensions",
    "conflictResolution",
    "signed",
    "generation",
  ] as const;
  const changed = facts.find((fact) => theirs[fact] !== ours[fact]);
  return changed && `a replica set whose ${changed} is not its lineage's`;
}

/** Q7b: whether `a` stays when the two lineages meet. */
export function outranks(a: ReplicaSetRecord, b: ReplicaSetRecord): boolean {
  if (a.formed !== b.formed) return a.formed;
  if (a.generation !== b.generation) return a.generation > b.generation;
  return a.lineage > b.lineage;
}

/** Q1: why a replica cannot be enrolled now, or `undefined`. */
export function enrolmentObstacle(
  record: ReplicaSetRecord,
  candidate: Pick<Voter, "nodeId" | "deviceId">,
): "full" | "device" | "enrolled" | "barred" | undefined {
  if (isVoter(record, candidate.nodeId)) return "enrolled";
  if (record.barred.includes(candidate.nodeId)) return "barred";
  if (record.voters.length >= record.replicationFactor) return "full";
  if (record.distinctDevices && record.voters.some((voter) => voter.deviceId === candidate.deviceId)) return "device";
  return undefined;
}

/** The next epoch with one more voter, which is barred no longer. */
export function withVoter(record: ReplicaSetRecord, candidate: Omit<Voter, "since">): ReplicaSetRecord {
  const voter = enrolledIn(record.epoch + 1, candidate);
  return nextEpoch(
    record,
    [...record.voters, voter],
    record.barred.filter((barred) => barred !== voter.nodeId),
  );
}

/** The next epoch without a voter that is not to be enrolled again until it is added. */
export function withoutVoter(record: ReplicaSetRecord, nodeId: NodeId): ReplicaSetRecord {
  const barred = record.barred.includes(nodeId) ? record.barred : [...record.barred, nodeId];
  return nextEpoch(
    record,
    record.voters.filter((voter) => voter.nodeId !== nodeId),
    barred,
  );
}

/** The next epoch with another voter in the place of one: one change, so that no epoch has fewer voters (Q7a). */
export function withVoterSwapped(record: ReplicaSetRecord, nodeId: NodeId, by: Omit<Voter, "since">): ReplicaSetRecord {
  const voter = enrolledIn(record.epoch + 1, by);
  return nextEpoch(
    record,
    record.voters.map((old) => (old.nodeId === nodeId ? voter : old)),
    record.barred,
  );
}

/** The lineage's last epoch (Q7b). */
export function yielding(record: ReplicaSetRecord, winner: LineageId): ReplicaSetRecord {
  return { ...record, epoch: record.epoch + 1, yieldsTo: winner };
}

/** A candidate may have more to it than a voter has. */
export function enrolledIn(since: number, { nodeId, deviceId, steady }: Omit<Voter, "since">): Voter {
  return { nodeId, deviceId, since, steady };
}

function nextEpoch(record: ReplicaSetRecord, voters: readonly Voter[], barred: readonly NodeId[]): ReplicaSetRecord {
  return {
    ...record,
    epoch: record.epoch + 1,
    voters,
    barred,
    formed: record.formed || voters.length >= dataQuorum(record),
  };
}
