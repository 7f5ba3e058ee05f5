import type { Reconfigure, ReconfigureOutcome } from "../messages.ts";
import { readContext, writeContext } from "./contexts.ts";
import type { MessageCodecs } from "./message-codec.ts";
import { readEpoch, readLineage, readNodeId, readReplicaSet, writeEpoch, writeReplicaSet } from "./records.ts";

/** A value's byte is its place: append only. */
const CHANGES: readonly Reconfigure["change"][] = ["add", "remove"];
const OUTCOMES: readonly ReconfigureOutcome[] = ["done", "replica-set-full", "replica-not-found", "quorum-unavailable"];

/** Q1 and Q7: who votes, and how a lineage is handed over. */
export const replicaSetCodecs: MessageCodecs<
  "replica-set" | "reconfigure" | "reconfigured" | "seal" | "sealed" | "retired"
> = {
  "replica-set": {
    code: 12,
    write: (writer, { replicaSet }) => writeReplicaSet(writer, replicaSet),
    read: (reader) => ({ type: "replica-set", replicaSet: readReplicaSet(reader) }),
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
    write: (writer, { replicaSet }) => writeReplicaSet(writer, replicaSet),
    read: (reader) => ({ type: "seal", replicaSet: readReplicaSet(reader) }),
  },
  sealed: {
    code: 16,
    write(writer, message) {
      writeEpoch(writer, message);
      writeContext(writer, message.context);
    },
    read: (reader) => ({ type: "sealed", ...readEpoch(reader), context: readContext(reader) }),
  },
  retired: {
    code: 17,
    write(writer, { lineage, replicaSet }) {
      writer.hex(lineage);
      writeReplicaSet(writer, replicaSet);
    },
    read: (reader) => ({ type: "retired", lineage: readLineage(reader), replicaSet: readReplicaSet(reader) }),
  },
};
