import type { ReplicaInfo } from "@vecmesh/sdk";
import { counted } from "./quantities.ts";

/** The room's replication factor: the demo leaves the SDK's default in place. */
const REPLICATION_FACTOR = 3;
const QUORUM = Math.floor(REPLICATION_FACTOR / 2) + 1;

/** Whether enough voters are here for a write at `quorum`, in words. */
export function quorumWords(replicas: readonly Pick<ReplicaInfo, "role" | "status">[]): {
  words: string;
  available: boolean;
} {
  const voters = replicas.filter(({ role }) => role === "voter");
  const here = voters.filter(({ status }) => status !== "offline").length;
  const available = here >= QUORUM;
  const state = available ? "Quorum is available" : "No quorum";
  if (voters.length < QUORUM)
    return {
      available,
      words: `${state}: ${counted(voters.length, "voter")} so far, a quorum takes ${QUORUM}. Open another tab.`,
    };
  return {
    available,
    words: `${state}: ${here} of ${counted(voters.length, "voter")} here, a quorum takes ${QUORUM}.`,
  };
}
