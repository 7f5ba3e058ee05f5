import type { Reconfigure, ReconfigureOutcome } from "../messages.ts";
import type { AcceptedRecord } from "../lineage-state.ts";
import type { Ballot } from "../ballot.ts";
import { readContext, writeContext } from "./contexts.ts";
import type { MessageCodecs } from "./message-codec.ts";
import type { Reader } from "./reader.ts";
import { readEpoch, readLineage, readNodeId, readReplicaSet, writeEpoch, writeReplicaSet } from "./records.ts";
import type { ReplicaSetRecord } from "../replica-set.ts";
import { ORIGIN_BYTES, type Origin } from "../node-id.ts";
import type { Writer } from "./writer.ts";

/** A value's byte is its place: append only. */
const CHANGES: readonly Reconfigure["change"][] = ["add", "remove"];
const OUTCOMES: readonly ReconfigureOutcome[] = ["done", "replica-set-full", "replica-not-found", "quorum-unavailable"];

const IS_HOME = 1;
const DECIDED = 2;
const ACCEPTED = 1;
const INSTALLED = 1;

/** Q1, Q6 and Q7: who votes, how the next epoch is decided and begun, and how a lineage is handed over. */
export const replicaSetCodecs: MessageCodecs<
  | "replica-set"
  | "reconfigure"
  | "reconfigured"
  | "prepare"
  | "promise"
  | "accept"
  | "accepted"
  | "ballot-refused"
  | "seal"
  | "sealed"
  | "install"
  | "installed"
  | "retired"
  | "distrust"
> = {
  "replica-set": {
    code: 12,
    write(writer, { replicaSet, decided, isHome }) {
      writer.byte((isHome ? IS_HOME : 0) | (decided === undefined ? 0 : DECIDED));
      writeReplicaSet(writer, replicaSet);
      if (decided !== undefined) writeReplicaSet(writer, decided);
    },
    read(reader) {
      const flags = reader.flags("flags", IS_HOME | DECIDED);
      const replicaSet = readReplicaSet(reader);
      const decided = flags & DECIDED ? readReplicaSet(reader) : undefined;
      return { type: "replica-set", replicaSet, decided, isHome: (flags & IS_HOME) !== 0 };
    },
  },
  reconfigure: {
    code: 13,
    write(writer, { request, change, nodeId }) {
      writer.uint(request, "request");
      writer.oneOf(CHANGES, change);
      writer.hex(nodeId);
    },
    read: (reader) => ({
      type: "reconfigure",
      request: reader.uint("request"),
      change: reader.oneOf(CHANGES, "change"),
      nodeId: readNodeId(reader),
    }),
  },
  reconfigured: {
    code: 14,
    write(writer, { request, outcome }) {
      writer.uint(request, "request");
      writer.oneOf(OUTCOMES, outcome);
    },
    read: (reader) => ({
      type: "reconfigured",
      request: reader.uint("request"),
      outcome: reader.oneOf(OUTCOMES, "outcome"),
    }),
  },
  seal: {
    code: 15,
    write(writer, { replicaSet, decided }) {
      writeReplicaSet(writer, replicaSet);
      writeReplicaSet(writer, decided);
    },
    read: (reader) => ({ type: "seal", replicaSet: readReplicaSet(reader), decided: readReplicaSet(reader) }),
  },
  sealed: {
    code: 16,
    write(writer, message) {
      writeEpoch(writer, message);
      writer.byte(message.installed ? INSTALLED : 0);
      writer.uint(message.counter, "counter");
      writeContext(writer, message.context);
    },
    read: (reader) => ({
      type: "sealed",
      ...readEpoch(reader),
      installed: reader.flags("flags", INSTALLED) !== 0,
      counter: reader.uint("counter"),
      context: readContext(reader),
    }),
  },
  retired: {
    code: 17,
    write(writer, { lineage, replicaSet }) {
      writer.hex(lineage);
      writeReplicaSet(writer, replicaSet);
    },
    read: (reader) => ({ type: "retired", lineage: readLineage(reader), replicaSet: readReplicaSet(reader) }),
  },
  prepare: {
    code: 20,
    write(writer, message) {
      writeEpoch(writer, message);
      writeBallot(writer, message.ballot);
    },
    read: (reader) => ({ type: "prepare", ...readEpoch(reader), ballot: readBallot(reader) }),
  },
  promise: {
    code: 21,
    write(writer, message) {
      writeEpoch(writer, message);
      writeBallot(writer, message.ballot);
      writer.uint(message.counter, "counter");
      writeAccepted(writer, message.accepted);
    },
    read: (reader) => ({
      type: "promise",
      ...readEpoch(reader),
      ballot: readBallot(reader),
      counter: reader.uint("counter"),
      accepted: readAccepted(reader),
    }),
  },
  accept: {
    code: 22,
    write(writer, { ballot, replicaSet }) {
      writeBallot(writer, ballot);
      writeReplicaSet(writer, replicaSet);
    },
    read: (reader) => ({ type: "accept", ballot: readBallot(reader), replicaSet: readReplicaSet(reader) }),
  },
  accepted: {
    code: 23,
    write(writer, message) {
      writeEpoch(writer, message);
      writeBallot(writer, message.ballot);
      writer.uint(message.counter, "counter");
    },
    read: (reader) => ({
      type: "accepted",
      ...readEpoch(reader),
      ballot: readBallot(reader),
      counter: reader.uint("counter"),
    }),
  },
  "ballot-refused": {
    code: 24,
    write(writer, message) {
      writeEpoch(writer, message);
      writeBallot(writer, message.ballot);
      writeBallot(writer, message.promised);
    },
    read: (reader) => ({
      type: "ballot-refused",
      ...readEpoch(reader),
      ballot: readBallot(reader),
      promised: readBallot(reader),
    }),
  },
  install: {
    code: 25,
    write(writer, message) {
      writeEpoch(writer, message);
      writeEpoch(writer, message.target);
      writeContext(writer, message.context);
    },
    read: (reader) => ({
      type: "install",
      ...readEpoch(reader),
      target: readEpoch(reader),
      context: readContext(reader),
    }),
  },
  installed: {
    code: 26,
    write(writer, message) {
      writeEpoch(writer, message);
      writeEpoch(writer, message.target);
      writer.uint(message.counter, "counter");
    },
    read: (reader) => ({
      type: "installed",
      ...readEpoch(reader),
      target: readEpoch(reader),
      counter: reader.uint("counter"),
    }),
  },
  distrust: {
    code: 27,
    write(writer, message) {
      writeEpoch(writer, message);
      writer.hex(message.nodeId);
    },
    read: (reader) => ({ type: "distrust", ...readEpoch(reader), nodeId: readNodeId(reader) }),
  },
};

function writeBallot(writer: Writer, { counter, proposer }: Ballot): void {
  writer.uint(counter, "ballot");
  writer.hex(proposer);
}

function readBallot(reader: Reader): Ballot {
  return { counter: reader.uint("ballot"), proposer: reader.hex(ORIGIN_BYTES, "proposer") as Origin };
}

function writeAccepted(writer: Writer, accepted: AcceptedRecord | undefined): void {
  writer.byte(accepted === undefined ? 0 : ACCEPTED);
  if (accepted === undefined) return;
  writeBallot(writer, accepted.ballot);
  writeReplicaSet(writer, accepted.replicaSet);
}

function readAccepted(reader: Reader): AcceptedRecord | undefined {
  if (reader.flags("flags", ACCEPTED) === 0) return undefined;
  const ballot = readBallot(reader);
  const replicaSet: ReplicaSetRecord = readReplicaSet(reader);
  return { ballot, replicaSet };
}
