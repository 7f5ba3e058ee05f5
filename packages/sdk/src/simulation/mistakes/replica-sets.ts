import type * as LineageMoveModule from "../../core/lineage-move.ts";
import { type Mistake, mistake } from "./mistake.ts";

export const REPLICA_SET_MISTAKES: readonly Mistake[] = [
  mistake<typeof LineageMoveModule>(
    "a lineage's voters leave before its state is handed over",
    "Q7b",
    "core/lineage-move.ts",
    () => ({
      isFree: () => true,
    }),
  ),
];
