import type * as EpochChangeModule from "../../core/epoch-change.ts";
import type * as EpochVoterModule from "../../core/epoch-voter.ts";
import type * as LineageMoveModule from "../../core/lineage-move.ts";
import type * as WriteQuorumModule from "../../core/write-quorum.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type { Ack } from "../../core/messages.ts";
import type { Draft } from "../../core/draft.ts";
import { isVoter } from "../../core/replica-set.ts";
import type { LineageState } from "../../core/lineage-state.ts";
import type { NodeId } from "../../core/node-id.ts";
import type { Peer } from "../../core/peer.ts";
import { spoiltVoter } from "./spoilt-voter.ts";

type QuorumArguments = ConstructorParameters<typeof WriteQuorumModule.WriteQuorum>;
type ChangeArguments = ConstructorParameters<typeof EpochChangeModule.EpochChange>;
type MoveArguments = Parameters<typeof LineageMoveModule.moveHome>;

/** A transaction in which nothing of a lineage is kept. */
function unkept(draft: Draft): Draft {
  return new Proxy(draft, {
    get: (target, key) => (key === "keepLineage" ? () => undefined : Reflect.get(target, key, target)),
  });
}

export const EPOCH_CHANGE_MISTAKES: readonly Mistake[] = [
  mistake<typeof EpochVoterModule>(
    "votes and promises are told and not kept",
    "Q6",
    "core/epoch-voter.ts",
    (right) => ({
      EpochVoter: spoiltVoter(right, "votes", () => unkept),
    }),
    { from: 42, took: 42, among: "decided-alone" },
  ),
  mistake<typeof WriteQuorumModule>(
    "acks of the last epoch count in the next",
    "Q5",
    "core/write-quorum.ts",
    (right) => ({
      WriteQuorum: class extends right.WriteQuorum {
        readonly #env: QuorumArguments[0];
        readonly #given: (readonly [Peer, Ack] | number)[] = [];
        readonly #former: { voters: ReadonlySet<NodeId> };
        constructor(...[env, trusts, self]: QuorumArguments) {
          const former = { voters: new Set<NodeId>() as ReadonlySet<NodeId> };
          const state = new Proxy(env.state, {
            get: (target, key) => {
              if (key !== "replicaSet") return Reflect.get(target, key, target) as unknown;
              const { replicaSet, deviceId } = target;
              const others = [...former.voters].filter((nodeId) => !isVoter(replicaSet, nodeId));
              return {
                ...replicaSet,
                voters: [
                  ...replicaSet.voters,
                  ...others.map((nodeId) => ({ nodeId, deviceId, since: 0, steady: false })),
                ],
              };
            },
          });
          super({ ...env, state }, trusts, self);
          this.#env = env;
          this.#former = former;
        }
        override onAck(peer: Peer, ack: Ack): void {
          this.#given.push([peer, ack]);
          super.onAck(peer, ack);
        }
        override onOwnAck(request: number): void {
          this.#given.push(request);
          super.onOwnAck(request);
        }
        override recordChanged(): void {
          super.recordChanged();
          const { replicaSet, nodeId } = this.#env.state;
          const { lineage, epoch } = replicaSet;
          this.#former.voters = new Set([
            nodeId,
            ...this.#given.flatMap((ack) => (Array.isArray(ack) ? [ack[0].nodeId] : [])),
          ]);
          for (const ack of this.#given) {
            if (typeof ack === "number") super.onOwnAck(ack);
            else super.onAck(ack[0], { ...ack[1], lineage, epoch });
          }
          this.#former.voters = new Set();
        }
      },
    }),
    { among: "sealed-apart", from: 145, took: 145 },
  ),
  mistake<typeof EpochChangeModule>(
    "only who has proposed a change may carry it out",
    "Q6",
    "core/epoch-change.ts",
    (right) => ({
      EpochChange: class extends right.EpochChange {
        readonly #proposed = new Set<string>();
        constructor(...[env, changes, courier, counters, winnerOf]: ChangeArguments) {
          super(env, changes, courier, counters, winnerOf);
          const send = courier.send.bind(courier);
          courier.send = (to, message) => {
            if (message.type === "accept")
              this.#proposed.add(`${message.replicaSet.lineage} ${message.replicaSet.epoch}`);
            send(to, message);
          };
        }
        override evaluate(state: LineageState): void {
          const { decided } = state;
          if (decided === undefined || this.#proposed.has(`${decided.lineage} ${decided.epoch}`)) super.evaluate(state);
        }
      },
    }),
  ),
  mistake<typeof LineageMoveModule>(
    "voters leave a lineage, and call it retired, before it is handed over",
    "Q7b",
    "core/lineage-move.ts",
    (right) => ({
      isFree: () => true,
      moveHome: (...[draft, target, mayLeave]: MoveArguments) => {
        const left = draft.lineages.get(draft.home);
        right.moveHome(draft, target, mayLeave);
        if (left === undefined || left.active.lineage === draft.home || left.retiredInto !== undefined) return;
        if (isVoter(left.active, draft.nodeId))
          draft.keepLineage({ ...left, sealed: true, retiredInto: target.lineage });
      },
    }),
    { from: 95, took: 102, among: "unsettled" },
  ),
];
