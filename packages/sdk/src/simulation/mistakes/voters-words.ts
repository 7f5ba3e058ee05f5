import type * as AcknowledgementModule from "../../core/acknowledgement.ts";
import { CausalContext } from "../../core/causal-context.ts";
import type { Draft } from "../../core/draft.ts";
import type { Effect } from "../../core/effects.ts";
import type * as EpochVoterModule from "../../core/epoch-voter.ts";
import type { LineageId } from "../../core/node-id.ts";
import type { LineageState } from "../../core/lineage-state.ts";
import { type Mistake, mistake } from "./mistake.ts";
import type { SmallMutation } from "../../core/commit-queue.ts";
import { serves } from "../../core/epoch-fence.ts";
import { spoiltVoter } from "./spoilt-voter.ts";
import type * as VoterCountersModule from "../../core/voter-counters.ts";

type VoterArguments = ConstructorParameters<typeof EpochVoterModule.EpochVoter>;
type DeskArguments = ConstructorParameters<typeof AcknowledgementModule.AckDesk>;

/** A lineage's state at a voter, and the epoch that it is of. */
type Remembered = Map<LineageId, LineageState>;

/** What is put together and what is seen of it, with something in another's place. */
function instead<T extends object>(
  real: T,
  others: Partial<Record<keyof T, unknown>>,
  asked: Partial<Record<keyof T, () => unknown>> = {},
): T {
  return new Proxy(real, {
    get: (target, key) => {
      if (key in others) return others[key as keyof T];
      if (key in asked) return asked[key as keyof T]?.();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A transaction in which votes are read from the memory and go there. */
function inMemory(draft: Draft, votes: Remembered): Draft {
  const lineages = new Map(
    [...draft.lineages].map(([lineage, state]) => {
      const vote = votes.get(lineage);
      const isOfNow = vote?.active.epoch === state.active.epoch;
      return [lineage, isOfNow ? { ...state, promised: vote.promised, accepted: vote.accepted } : state];
    }),
  );
  return instead(draft, {
    lineages,
    keepLineage: (state: LineageState) => void votes.set(state.active.lineage, state),
  });
}

/** Lineages as they were when this store was asked in them and served them, under names of their own. */
type Served = Map<LineageId, LineageState>;

const CHECKED = " checked in ";

function realName(lineage: LineageId): LineageId {
  return lineage.split(CHECKED)[0] as LineageId;
}

function withServed({ lineages }: Pick<Draft, "lineages">, served: Served): Map<LineageId, LineageState> {
  return new Map([...lineages, ...served]);
}

function asOfReceipt(draft: Draft, served: Served): Draft {
  return instead(draft, { lineages: withServed(draft, served) });
}

function checkedBefore(mutation: SmallMutation, served: Served): SmallMutation {
  return { ...mutation, stage: (draft) => mutation.stage(asOfReceipt(draft, served)) };
}

export const VOTERS_WORD_MISTAKES: readonly Mistake[] = [
  mistake<typeof EpochVoterModule>(
    "a seal is told and not kept",
    "Q6",
    "core/epoch-voter.ts",
    (right) => ({
      EpochVoter: spoiltVoter(right, "seals", () => (draft) => {
        const keepLineage = (state: LineageState): void => draft.keepLineage({ ...state, sealed: false });
        return instead(draft, { keepLineage });
      }),
    }),
    { among: "sealed-apart", from: 145, took: 145 },
  ),
  mistake<typeof EpochVoterModule>(
    "votes and promises are kept in memory only",
    "Q6",
    "core/epoch-voter.ts",
    (right) => ({
      EpochVoter: spoiltVoter(right, "votes", () => {
        const votes: Remembered = new Map();
        return (draft) => inMemory(draft, votes);
      }),
    }),
    { among: "decided-alone", from: 42, took: 42 },
  ),
  mistake<typeof EpochVoterModule>(
    "a seal tells of the last epoch's writes only",
    "Q6",
    "core/epoch-voter.ts",
    (right) => ({
      EpochVoter: class extends right.EpochVoter {
        readonly #env: VoterArguments[0];
        /** What was there when each lineage's active epoch began here. */
        readonly #before = new Map<LineageId, { readonly epoch: number; readonly context: CausalContext }>();
        constructor(...[env, changes, courier, tell]: VoterArguments) {
          const send: VoterArguments[2]["send"] = (to, message) => {
            if (message.type !== "sealed") courier.send(to, message);
            else courier.send(to, { ...message, context: this.#since(message.lineage, message.context) });
          };
          super(env, changes, instead(courier, { send }), tell);
          this.#env = env;
        }
        override advance(): void {
          const { lineages, context } = this.#env.state;
          for (const [lineage, { active }] of lineages) {
            const known = this.#before.get(lineage);
            const before = known === undefined ? CausalContext.EMPTY : context;
            if (known?.epoch !== active.epoch) this.#before.set(lineage, { epoch: active.epoch, context: before });
          }
          super.advance();
        }
        #since(lineage: LineageId, context: CausalContext): CausalContext {
          return context.difference(this.#before.get(lineage)?.context ?? CausalContext.EMPTY);
        }
      },
    }),
    { among: "late-heir", from: 144, took: 144 },
  ),
  mistake<typeof VoterCountersModule>(
    "a store that was restored from a backup still counts",
    "Q3",
    "core/voter-counters.ts",
    (right) => ({
      VoterCounters: class extends right.VoterCounters {
        override trusts(): boolean {
          return true;
        }
      },
    }),
    { among: "restored-voter", from: 109, took: 109 },
  ),
  mistake<typeof AcknowledgementModule>(
    "an ack's epoch and seal are checked when it is asked for, and not when it is given",
    "Q4",
    "core/acknowledgement.ts",
    (right) => ({
      AckDesk: class extends right.AckDesk {
        readonly #state: DeskArguments[0]["state"];
        readonly #served: Served;
        readonly #checked = new Set<string>();
        constructor(...[env, answerSelf]: DeskArguments) {
          const served: Served = new Map();
          const state = instead(env.state, {}, { lineages: () => withServed(env.state, served) });
          const queue = instead(env.queue, {
            push: (mutation: SmallMutation) => env.queue.push(checkedBefore(mutation, served)),
          });
          const emit = (effect: Effect): void => {
            if (effect.type !== "send" || effect.message.type !== "ack") env.emit(effect);
            else env.emit({ ...effect, message: { ...effect.message, lineage: realName(effect.message.lineage) } });
          };
          super({ ...env, state, queue, emit }, answerSelf);
          this.#state = env.state;
          this.#served = served;
        }
        override ask(question: Parameters<AcknowledgementModule.AckDesk["ask"]>[0]): void {
          const { lineage, epoch } = question.ref;
          const asked = this.#state.lineages.get(lineage);
          const served = `${lineage}${CHECKED}${epoch}` as LineageId;
          const key = `${question.asker} ${question.request} ${served}`;
          if (asked !== undefined && serves(this.#state, question.ref)) {
            this.#served.set(served, asked);
            this.#checked.add(key);
          }
          // What comes a second time has been checked.
          const ref = this.#checked.has(key) ? { lineage: served, epoch } : question.ref;
          super.ask({ ...question, ref });
        }
        override answerableIn(draft: Draft): SmallMutation[] {
          const served = this.#served;
          return super.answerableIn(asOfReceipt(draft, served)).map((mutation) => checkedBefore(mutation, served));
        }
      },
    }),
    { among: "sealed-apart", from: 145, took: 145 },
  ),
];
