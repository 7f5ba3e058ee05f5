import { type Mistake, mistake } from "./mistake.ts";
import { isVoter, type ReplicaSetRecord } from "../../core/replica-set.ts";
import type * as EpochFenceModule from "../../core/epoch-fence.ts";
import type { NodeId } from "../../core/node-id.ts";

export const READ_MISTAKES: readonly Mistake[] = [
  mistake<typeof EpochFenceModule>(
    "a voter answers reads in any epoch that it is asked in",
    "Q5",
    "core/epoch-fence.ts",
    () => ({
      serves: ({ nodeId, replicaSet }: { nodeId: NodeId; replicaSet: ReplicaSetRecord }) => isVoter(replicaSet, nodeId),
      mayServeLater: () => true,
    }),
  ),
];
