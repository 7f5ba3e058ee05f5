import { type Mistake, mistake } from "./mistake.ts";
import { isVoter, type ReplicaSetRecord } from "../../core/replica-set.ts";
import type * as EpochFenceModule from "../../core/epoch-fence.ts";
import type { NodeId } from "../../core/node-id.ts";
import type { Peer } from "../../core/peer.ts";
import type * as ReadPhaseModule from "../../core/read-phase.ts";
import type * as ReadQuorumModule from "../../core/read-quorum.ts";
import type { ReadReply } from "../../core/messages.ts";
import { Replies } from "../../core/read-phase.ts";
import type * as WriteOperationsModule from "../../core/write-operations.ts";

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
  mistake<typeof ReadPhaseModule>(
    "an answer to a read counts in the epoch after its own, too",
    "Q5",
    "core/read-phase.ts",
    (right) => ({
      ReadPhase: class extends right.ReadPhase {
        readonly #env: ConstructorParameters<typeof right.ReadPhase>[0];
        readonly #answers: [Peer, ReadReply][] = [];
        constructor(...args: ConstructorParameters<typeof right.ReadPhase>) {
          super(...args);
          this.#env = args[0];
        }
        override onReply(peer: Peer, reply: ReadReply): void {
          this.#answers.push([peer, reply]);
          super.onReply(peer, this.#asOfNow(reply));
        }
        override recordChanged(): void {
          super.recordChanged();
          for (const [peer, reply] of this.#answers) super.onReply(peer, this.#asOfNow(reply));
        }
        #asOfNow(reply: ReadReply): ReadReply {
          const { lineage, epoch } = this.#env.state.replicaSet;
          return reply.lineage === lineage ? { ...reply, epoch } : reply;
        }
      },
    }),
    { from: 515, took: 531, among: "contended" },
  ),
  mistake<typeof WriteOperationsModule>(
    "an ordered write does not read first",
    "Q9",
    "core/write-operations.ts",
    (right) => ({
      WriteOperations: class extends right.WriteOperations {
        constructor(...[env, mint, phase, ...rest]: ConstructorParameters<typeof right.WriteOperations>) {
          const begin: ReadPhaseModule.ReadPhase["begin"] = ({ done }) =>
            done(new Replies(env.state.replicaSet.lineage, new Map(), () => undefined));
          super(env, mint, Object.assign(Object.create(phase) as typeof phase, { begin }), ...rest);
        }
      },
    }),
  ),
  mistake<typeof ReadQuorumModule>("a read does not write back", "Q9", "core/read-quorum.ts", (right) => ({
    ReadQuorum: class extends right.ReadQuorum {
      constructor(...[env, phase, ...rest]: ConstructorParameters<typeof right.ReadQuorum>) {
        const everybody = (record: ReplicaSetRecord): ReadonlySet<NodeId> =>
          new Set(record.voters.map(({ nodeId }) => nodeId));
        const begin: ReadPhaseModule.ReadPhase["begin"] = (inquiry) =>
          phase.begin({
            ...inquiry,
            done: (replies) =>
              inquiry.done(Object.assign(replies, { holdersOf: () => everybody(env.state.replicaSet) })),
          });
        super(env, Object.assign(Object.create(phase) as typeof phase, { begin }), ...rest);
      }
    },
  })),
];
