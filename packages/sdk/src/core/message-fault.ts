import { recordFault, type ReplicaSetRecord } from "./replica-set.ts";
import type { Message } from "./messages.ts";
import { versionFault } from "./version-fault.ts";

/**
 * Why no correct replica sends this message to one that goes by `ours`, or `undefined`. What a frame can hold at all, the codec has
 * checked; this is about what it says. The sender's connection is closed.
 */
export function messageFault(message: Message, ours: ReplicaSetRecord): string | undefined {
  if ("versions" in message) {
    for (const version of message.versions) {
      const fault = versionFault(version, ours.dimensions);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  return "replicaSet" in message ? recordFault(message.replicaSet, ours) : undefined;
}
