import { type Mistake, mistake } from "./mistake.ts";
import type * as StoreDamageModule from "../../replicator/store-damage.ts";

export const DAMAGE_MISTAKES: readonly Mistake[] = [
  mistake<typeof StoreDamageModule>(
    "a damaged store opens and says nothing of it",
    "S1",
    "replicator/store-damage.ts",
    (right) => ({
      StoreDamage: class extends right.StoreDamage {
        override get isNone(): boolean {
          return true;
        }
      },
    }),
  ),
];
