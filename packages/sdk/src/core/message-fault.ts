import type { DurableState } from "./durable-state.ts";
import type { CoreConfig } from "./environment.ts";
import type { Message } from "./messages.ts";
import { recordFault, type ReplicaSetRecord } from "./replica-set.ts";
import { versionFault } from "./version-fault.ts";

/**
 * Why no correct replica sends this message to this replica, or `undefined`. What a frame can hold at all, the codec has
 * checked; this is about what it says. The sender's connection is closed.
 */
export function messageFault(
  message: Message,
  state: DurableState,
  documents: CoreConfig["documents"],
): string | undefined {
  if ("versions" in message) {
    for (const version of message.versions) {
      const fault = versionFault(version, state.replicaSet, documents);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  for (const record of recordsIn(message)) {
    const fault = recordFault(record, state.lineages.get(record.lineage)?.active ?? state.replicaSet);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function recordsIn(message: Message): ReplicaSetRecord[] {
  const records: ReplicaSetRecord[] = [];
  if ("replicaSet" in message) records.push(message.replicaSet);
  if ("decided" in message && message.decided !== undefined) records.push(message.decided);
  if (message.type === "promise" && message.accepted !== undefined) records.push(message.accepted.replicaSet);
  return records;
}
