import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { OperationId } from "./effects.ts";

/** C1: of two stores with one NodeId, the younger takes a new one and is a learner again. */
export function takeIdentity(env: Environment, op: OperationId, nodeId: NodeId): void {
  env.queue.push({
    size: 0,
    stage: (draft) => {
      draft.nodeId = nodeId;
      return true;
    },
    settle: () => env.emit({ type: "settle", op, outcome: { kind: "done" } }),
    fail: (error) => env.emit({ type: "settle", op, outcome: { kind: "failed", error } }),
  });
}
