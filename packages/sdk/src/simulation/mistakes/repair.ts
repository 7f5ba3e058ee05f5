import { CausalContext } from "../../core/causal-context.ts";
import type * as DraftModule from "../../core/draft.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type { Effect } from "../../core/effects.ts";
import { compareHlc } from "../../core/hybrid-logical-clock.ts";
import type * as IntervalSetModule from "../../core/interval-set.ts";
import type * as RepairSessionModule from "../../core/repair-session.ts";
import type * as SiblingsModule from "../../core/siblings.ts";
import { includesDot } from "../../core/version-vector.ts";
import type * as VersionModule from "../../core/version.ts";
import type { VersionStamp } from "../../core/version.ts";

/** Mistakes in what takes something away for good: repair, domination, collection. */
export const REPAIR_MISTAKES: readonly Mistake[] = [
  mistake<typeof DraftModule>(
    "a context is joined without the horizon that goes with it",
    "S5",
    "core/draft.ts",
    (right) => ({
      Draft: class extends right.Draft {
        override joinContext(context: CausalContext): void {
          super.joinContext(context, CausalContext.EMPTY);
        }
      },
    }),
  ),
  mistake<typeof RepairSessionModule>(
    "a repair takes its list first and its context later",
    "S8",
    "core/repair-session.ts",
    (right) => ({
      RepairSession: class extends right.RepairSession {
        readonly #env: ConstructorParameters<typeof right.RepairSession>[0];
        constructor(...[env, peer, id, outlet]: ConstructorParameters<typeof right.RepairSession>) {
          const emit = (effect: Effect): void => {
            if (effect.type !== "send" || effect.message.type !== "repair-begin") env.emit(effect);
            else env.emit({ ...effect, message: { ...effect.message, context: env.state.context } });
          };
          super({ ...env, emit }, peer, id, outlet);
          this.#env = env;
        }
        /** As if the list were read in a transaction of its own. */
        override begin(): void {
          const begin = (): void => super.begin();
          this.#env.queue.push({ size: 0, stage: () => true, settle: begin, fail: begin });
        }
      },
    }),
    { from: 515, took: 524 },
  ),
  mistake<typeof RepairSessionModule>(
    "a repair drops and joins before the peer's versions are durable here",
    "S8",
    "core/repair-session.ts",
    (right) => ({
      RepairSession: class extends right.RepairSession {
        override onSnapshot(...[message]: Parameters<RepairSessionModule.RepairSession["onSnapshot"]>): void {
          super.onSnapshot(message);
          this.onEnd({ type: "repair-end", repair: this.id, complete: true, horizon: message.horizon });
        }
      },
    }),
  ),
  mistake<typeof RepairSessionModule>(
    "a repair reports every version that it was sent as gained",
    "S8",
    "core/repair-session.ts",
    (right) => ({
      RepairSession: class extends right.RepairSession {
        override onBatch(...[message]: Parameters<RepairSessionModule.RepairSession["onBatch"]>): void {
          super.onBatch(message);
          this.gained += message.versions.length;
        }
      },
    }),
    { from: 30, took: 34 },
  ),
  mistake<typeof SiblingsModule>(
    "a tombstone competes with concurrent writes by its time",
    "C6",
    "core/siblings.ts",
    (right) => ({
      joinSiblings: <V extends VersionStamp>(siblings: readonly V[], incoming: V): readonly V[] => {
        const joined = right.joinSiblings(siblings, incoming);
        const [latest] = [...joined].sort((a, b) => compareHlc(b.hlc, a.hlc));
        return joined === siblings ? siblings : joined.filter(({ tombstone }) => tombstone === latest?.tombstone);
      },
    }),
  ),
  mistake<typeof IntervalSetModule>(
    "a tombstone is collected though writes that it names are missing here",
    "C9",
    "core/interval-set.ts",
    // Collection alone asks this of another module.
    () => ({ hasInterval: (): boolean => true }),
  ),
  mistake<typeof VersionModule>(
    "a version dominates whatever its context names, without what that had seen",
    "C4",
    "core/version.ts",
    () => ({
      isDominated: (v: VersionStamp, w: VersionStamp): boolean => includesDot(w.context, v.dot),
    }),
    { among: "rewriting", from: 160, took: 165 },
  ),
];
