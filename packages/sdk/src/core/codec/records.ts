import type { EpochRef } from "../messages.ts";
import { type DeviceId, type LineageId, NODE_ID_BYTES, type NodeId } from "../node-id.ts";
import { MAX_REPLICATION_FACTOR, type ReplicaSetRecord, type Voter } from "../replica-set.ts";
import type { RoomFacts } from "../room-facts.ts";
import { DecodeError } from "./decode-error.ts";
import { MAX_BARRED, MAX_CONFLICT_MODE_BYTES, MAX_DIMENSIONS } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

const DISTINCT_DEVICES = 1;
const FORMED = 2;
const YIELDS = 4;
const SIGNED = 8;
const STEADY = 1;

export function writeReplicaSet(writer: Writer, record: ReplicaSetRecord): void {
  writer.hex(record.lineage);
  writer.uint(record.generation, "generation");
  writer.uint(record.epoch, "epoch");
  writer.uint(record.replicationFactor, "replication factor", MAX_REPLICATION_FACTOR);
  writeDimensions(writer, record.dimensions);
  writer.text(record.conflictResolution, "conflict resolution", MAX_CONFLICT_MODE_BYTES);
  const yields = record.yieldsTo === undefined ? 0 : YIELDS;
  const signed = record.signed ? SIGNED : 0;
  writer.byte((record.distinctDevices ? DISTINCT_DEVICES : 0) | (record.formed ? FORMED : 0) | yields | signed);
  writer.uint(record.voters.length, "voters", record.replicationFactor);
  for (const { nodeId, deviceId, since, steady } of record.voters) {
    writer.hex(nodeId);
    writer.hex(deviceId);
    writer.uint(since, "since");
    writeSteady(writer, steady);
  }
  writer.uint(record.barred.length, "barred", MAX_BARRED);
  for (const nodeId of record.barred) writer.hex(nodeId);
  if (record.yieldsTo !== undefined) writer.hex(record.yieldsTo);
}

export function readReplicaSet(reader: Reader): ReplicaSetRecord {
  const lineage = readLineage(reader);
  const generation = reader.uint("generation");
  const epoch = reader.uint("epoch");
  const replicationFactor = reader.uint("replication factor", MAX_REPLICATION_FACTOR);
  if (replicationFactor === 0) throw new DecodeError("a replication factor of 0");
  const dimensions = readDimensions(reader);
  const conflictResolution = reader.text("conflict resolution", MAX_CONFLICT_MODE_BYTES);
  const flags = reader.flags("replica set's flags", DISTINCT_DEVICES | FORMED | YIELDS | SIGNED);
  const voters = readVoters(reader, replicationFactor);
  const barred = Array.from({ length: reader.count("barred", MAX_BARRED, NODE_ID_BYTES) }, () => readNodeId(reader));
  return {
    lineage,
    generation,
    epoch,
    replicationFactor,
    distinctDevices: (flags & DISTINCT_DEVICES) !== 0,
    dimensions,
    conflictResolution,
    signed: (flags & SIGNED) !== 0,
    voters,
    barred,
    formed: (flags & FORMED) !== 0,
    yieldsTo: flags & YIELDS ? readLineage(reader) : undefined,
  };
}

function readVoters(reader: Reader, replicationFactor: number): Voter[] {
  const count = reader.count("voters", replicationFactor, 2 * NODE_ID_BYTES);
  const voters = Array.from({ length: count }, () => ({
    nodeId: readNodeId(reader),
    deviceId: readDeviceId(reader),
    since: reader.uint("since"),
    steady: readSteady(reader),
  }));
  if (new Set(voters.map((voter) => voter.nodeId)).size < count) throw new DecodeError("a voter twice");
  return voters;
}

export function writeSteady(writer: Writer, steady: boolean): void {
  writer.byte(steady ? STEADY : 0);
}

export function readSteady(reader: Reader): boolean {
  return reader.flags("voter's flags", STEADY) !== 0;
}

/** What stands for a fact that is left out: no room has this value. */
const NO_NUMBER = 0;
const NO_MODE = "";
const SIGNING: readonly boolean[] = [false, true];
const DISTINCT: readonly ("no" | "yes" | "left out")[] = ["no", "yes", "left out"];

export function writeFacts(writer: Writer, facts: RoomFacts): void {
  writeDimensions(writer, facts.dimensions);
  writer.uint(facts.replicationFactor ?? NO_NUMBER, "replication factor", MAX_REPLICATION_FACTOR);
  writer.oneOf(DISTINCT, facts.distinctDevices === undefined ? "left out" : facts.distinctDevices ? "yes" : "no");
  writer.text(facts.conflictResolution ?? NO_MODE, "conflict resolution", MAX_CONFLICT_MODE_BYTES);
  writer.oneOf(SIGNING, facts.signed);
}

export function readFacts(reader: Reader): RoomFacts {
  const dimensions = readDimensions(reader);
  const replicationFactor = reader.uint("replication factor", MAX_REPLICATION_FACTOR);
  const distinct = reader.oneOf(DISTINCT, "distinct devices");
  const conflictResolution = reader.text("conflict resolution", MAX_CONFLICT_MODE_BYTES);
  const signed = reader.oneOf(SIGNING, "whether entries are signed");
  return {
    signed,
    dimensions,
    replicationFactor: replicationFactor === NO_NUMBER ? undefined : replicationFactor,
    distinctDevices: distinct === "left out" ? undefined : distinct === "yes",
    conflictResolution: conflictResolution === NO_MODE ? undefined : conflictResolution,
  };
}

function writeDimensions(writer: Writer, dimensions: number | undefined): void {
  writer.uint(dimensions ?? NO_NUMBER, "dimensions", MAX_DIMENSIONS);
}

function readDimensions(reader: Reader): number | undefined {
  const dimensions = reader.uint("dimensions", MAX_DIMENSIONS);
  return dimensions === NO_NUMBER ? undefined : dimensions;
}

export function writeEpoch(writer: Writer, { lineage, epoch }: EpochRef): void {
  writer.hex(lineage);
  writer.uint(epoch, "epoch");
}

export function readEpoch(reader: Reader): EpochRef {
  return { lineage: readLineage(reader), epoch: reader.uint("epoch") };
}

export function readNodeId(reader: Reader): NodeId {
  return reader.hex(NODE_ID_BYTES, "node id") as NodeId;
}

export function readDeviceId(reader: Reader): DeviceId {
  return reader.hex(NODE_ID_BYTES, "device id") as DeviceId;
}

export function readLineage(reader: Reader): LineageId {
  return reader.hex(NODE_ID_BYTES, "lineage") as LineageId;
}
