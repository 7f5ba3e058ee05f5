import type * as DraftModule from "../../core/draft.ts";
import type * as MendingModule from "../../core/mending.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type * as StoreDamageModule from "../../replicator/store-damage.ts";
import type * as StoreRecoveryModule from "../../replicator/store-recovery.ts";

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
  mistake<typeof MendingModule>(
    "damage under an open store is mended and not told",
    "S1",
    "core/mending.ts",
    (right) => ({
      Mending: class extends right.Mending {
        constructor(...[env, onReset]: ConstructorParameters<typeof right.Mending>) {
          super({ ...env, emit: () => undefined }, onReset);
        }
      },
    }),
    { from: 18, took: 21 },
  ),
  mistake<typeof StoreRecoveryModule>(
    "a damaged store goes on claiming what it had held",
    "S1",
    "replicator/store-recovery.ts",
    () => ({
      resetContext: (...[, image]: Parameters<typeof StoreRecoveryModule.resetContext>) => Promise.resolve(image),
    }),
    { from: 62, took: 66 },
  ),
  mistake<typeof DraftModule>(
    "a store out of which damage has been taken goes on claiming what that had replaced",
    "S1",
    "core/draft.ts",
    (right) => ({
      Draft: class extends right.Draft {
        override *resetContext(): ReturnType<DraftModule.Draft["resetContext"]> {
          yield* [];
        }
      },
    }),
    { from: 18, took: 21 },
  ),
];
