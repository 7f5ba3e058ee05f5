import type { Accept, Prepare, Seal } from "../../core/messages.ts";
import type { Draft } from "../../core/draft.ts";
import type * as EpochVoterModule from "../../core/epoch-voter.ts";
import type { LineageChanges } from "../../core/lineage-changes.ts";
import type { NodeId } from "../../core/node-id.ts";

type VoterArguments = ConstructorParameters<typeof EpochVoterModule.EpochVoter>;

/**
 * A voter that keeps what it is told, in messages of one kind, in a transaction of another sort.
 * @param told votes are `prepare` and `accept`
 * @param spoilt makes one voter's sort of transaction of a sound one
 */
export function spoiltVoter(
  right: typeof EpochVoterModule,
  told: "votes" | "seals",
  spoilt: () => (draft: Draft) => Draft,
): typeof EpochVoterModule.EpochVoter {
  return class extends right.EpochVoter {
    readonly #hearing: { kind: "votes" | "seals" | undefined };
    constructor(...[env, changes, courier, tell]: VoterArguments) {
      const hearing: { kind: "votes" | "seals" | undefined } = { kind: undefined };
      const spoil = spoilt();
      const others = Object.create(changes) as LineageChanges;
      others.make = (stage, done, failed) => {
        const { kind } = hearing;
        changes.make((draft) => stage(kind === told ? spoil(draft) : draft), done, failed);
      };
      super(env, others, courier, tell);
      this.#hearing = hearing;
    }
    override onPrepare(from: NodeId, prepare: Prepare): void {
      this.#hear("votes", () => super.onPrepare(from, prepare));
    }
    override onAccept(from: NodeId, accept: Accept): void {
      this.#hear("votes", () => super.onAccept(from, accept));
    }
    override onSeal(from: NodeId, seal: Seal): void {
      this.#hear("seals", () => super.onSeal(from, seal));
    }
    #hear(kind: "votes" | "seals", listen: () => void): void {
      this.#hearing.kind = kind;
      listen();
      this.#hearing.kind = undefined;
    }
  };
}
