import type * as AcknowledgementModule from "../core/acknowledgement.ts";
import { compareHlc } from "../core/hybrid-logical-clock.ts";
import type * as IntervalSetModule from "../core/interval-set.ts";
import type * as LineageMoveModule from "../core/lineage-move.ts";
import type * as SendSessionModule from "../core/send-session.ts";
import type * as SiblingsModule from "../core/siblings.ts";
import { outranks, type ReplicaSetRecord } from "../core/replica-set.ts";
import type { VersionStamp } from "../core/version.ts";
import { mergeVectors } from "../core/version-vector.ts";

/** A wrong variant of one module, which the simulator has to find out. */
export interface Mistake {
  readonly name: string;
  readonly rule: string;
  readonly module: string;
  /** What the wrong module exports in place of the right one. */
  readonly plant: (right: never) => object;
}

// The parameter is what lets each variant below be checked against the module that it replaces.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
function mistake<M>(name: string, rule: string, module: string, plant: (right: M) => object): Mistake {
  return { name, rule, module, plant };
}

export const MISTAKES: readonly Mistake[] = [
  mistake<typeof SendSessionModule>(
    "the snapshot context is joined before the batches",
    "S5",
    "../core/send-session.ts",
    (right) => ({
      SendSession: class extends right.SendSession {
        constructor(...[env, peer, pull, underWay]: ConstructorParameters<typeof right.SendSession>) {
          super(env, peer, pull, underWay);
          const { context, horizon } = env.state;
          const message = {
            type: "session-end",
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
    "../core/interval-set.ts",
    (right) => ({
      addInterval: (set: IntervalSetModule.IntervalSet, _from: number, to: number) => right.addInterval(set, 1, to),
    }),
  ),
  mistake<typeof SiblingsModule>(
    "a write's context names its direct siblings only",
    "C7",
    "../core/siblings.ts",
    () => ({
      contextOver: (siblings: readonly VersionStamp[]) =>
        mergeVectors(
          [],
          siblings.map((sibling) => sibling.dot),
        ),
    }),
  ),
  mistake<typeof SiblingsModule>("siblings that lose are dropped", "C9", "../core/siblings.ts", (right) => ({
    joinSiblings: <V extends VersionStamp>(siblings: readonly V[], incoming: V): readonly V[] => {
      const joined = right.joinSiblings(siblings, incoming);
      if (joined === siblings || joined.length < 2) return joined;
      return [...joined].sort((a, b) => compareHlc(b.hlc, a.hlc)).slice(0, 1);
    },
  })),
  mistake<typeof AcknowledgementModule>(
    "a voter acknowledges what it has not stored",
    "Q4",
    "../core/acknowledgement.ts",
    (right) => ({
      AckDesk: class extends right.AckDesk {
        readonly #env: ConstructorParameters<typeof right.AckDesk>[0];
        constructor(...[env, answerSelf]: ConstructorParameters<typeof right.AckDesk>) {
          super(env, answerSelf);
          this.#env = env;
        }
        override ask(question: Parameters<AcknowledgementModule.AckDesk["ask"]>[0]): void {
          if (question.asker === "self") {
            super.ask(question);
            return;
          }
          const { lineage, epoch } = question.ref;
          const message = {
            type: "ack",
            request: question.request,
            lineage,
            epoch,
            counter: this.#env.state.counter,
          } as const;
          this.#env.emit({ type: "send", link: question.asker, message });
        }
      },
    }),
  ),
  mistake<typeof LineageMoveModule>(
    "a lineage's voters leave before its state is handed over",
    "Q7b",
    "../core/lineage-move.ts",
    () => ({
      isFree: () => true,
      isOpen: (move: LineageMoveModule.Move, record: ReplicaSetRecord, current: ReplicaSetRecord) =>
        current.lineage === move.from && outranks(record, current),
    }),
  ),
];
