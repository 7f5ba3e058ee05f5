import { compareHlc } from "../../core/hybrid-logical-clock.ts";
import type * as IntervalSetModule from "../../core/interval-set.ts";
import { mergeVectors } from "../../core/version-vector.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type * as SendSessionModule from "../../core/send-session.ts";
import type * as SiblingsModule from "../../core/siblings.ts";
import type { VersionStamp } from "../../core/version.ts";

export const SYNC_MISTAKES: readonly Mistake[] = [
  mistake<typeof SendSessionModule>(
    "the snapshot context is joined before the batches",
    "S5",
    "core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, underWay]: ConstructorParameters<typeof right.SendSession>) {
          super(env, peer, pull, underWay);
          const { context, horizon } = env.state;
          const message = {
            type: "session-end",
            outcome: "complete",
            session: pull.session,
            context: context.inBuckets(pull.buckets),
            horizon,
          } as const;
          env.emit({ type: "send", link: peer.link, message });
        }
      },
    }),
  ),
  mistake<typeof IntervalSetModule>(
    "a push closes gaps: contexts are 'the highest seq seen'",
    "S6",
    "core/interval-set.ts",
    (right) => ({
      addInterval: (set: IntervalSetModule.IntervalSet, _from: number, to: number) => right.addInterval(set, 1, to),
    }),
  ),
  mistake<typeof SiblingsModule>("a write's context names its direct siblings only", "C7", "core/siblings.ts", () => ({
    contextOver: (siblings: readonly VersionStamp[]) =>
      mergeVectors(
        [],
        siblings.map((sibling) => sibling.dot),
      ),
  })),
  mistake<typeof SiblingsModule>("siblings that lose are dropped", "C9", "core/siblings.ts", (right) => ({
    joinSiblings: <V extends VersionStamp>(siblings: readonly V[], incoming: V): readonly V[] => {
      const joined = right.joinSiblings(siblings, incoming);
      if (joined === siblings || joined.length < 2) return joined;
      return [...joined].sort((a, b) => compareHlc(b.hlc, a.hlc)).slice(0, 1);
    },
  })),
];
