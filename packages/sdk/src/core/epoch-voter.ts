import type { Accept, Install, Prepare, Seal } from "./messages.ts";
import { advanced, hasVote, lineageOfRecord, type LineageState } from "./lineage-state.ts";
import { type Ballot, compareBallots, MAX_BALLOT_LEAP } from "./ballot.ts";
import type { CausalContext } from "./causal-context.ts";
import type { Courier } from "./courier.ts";
import type { Draft } from "./draft.ts";
import { serves } from "./epoch-fence.ts";
import type { Environment } from "./environment.ts";
import type { EpochRef, VoterMessage } from "./messages.ts";
import type { LineageChanges } from "./lineage-changes.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import { isVoter } from "./replica-set.ts";

/** Installations waiting at once: of each lineage one a driver, and few replicas drive the same change. */
const MAX_WAITING_INSTALLS = 64;

interface WaitingInstall {
  readonly from: NodeId;
  readonly of: EpochRef;
  readonly target: EpochRef;
  readonly context: CausalContext;
}

/**
 * A voter's part in the change of epochs (Q6): the acceptor of Paxos ("Paxos made simple"), and what follows a decision.
 *
 * Invariant: every answer leaves after the strict commit that made it true. Once sealed, an epoch is never served here again.
 */
export class EpochVoter {
  readonly #env: Environment;
  readonly #changes: LineageChanges;
  readonly #courier: Courier;
  /** Tells a node what is known here of a lineage. */
  readonly #tell: (to: NodeId, lineage: LineageId) => void;
  readonly #waiting = new Map<string, WaitingInstall>();

  constructor(
    env: Environment,
    changes: LineageChanges,
    courier: Courier,
    tell: (to: NodeId, lineage: LineageId) => void,
  ) {
    this.#env = env;
    this.#changes = changes;
    this.#courier = courier;
    this.#tell = tell;
  }

  onPrepare(from: NodeId, { lineage, epoch, ballot }: Prepare): void {
    this.#vote(from, { lineage, epoch }, ballot, (state, draft) => {
      draft.keepLineage({ ...state, promised: ballot });
      return () => ({
        type: "promise",
        lineage,
        epoch,
        ballot,
        accepted: state.accepted,
        counter: this.#env.state.counter,
      });
    });
  }

  onAccept(from: NodeId, { ballot, replicaSet }: Accept): void {
    const { lineage } = replicaSet;
    const epoch = replicaSet.epoch - 1;
    this.#vote(from, { lineage, epoch }, ballot, (state, draft) => {
      draft.keepLineage({ ...state, promised: ballot, accepted: { ballot, replicaSet } });
      return () => ({ type: "accepted", lineage, epoch, ballot, counter: this.#env.state.counter });
    });
  }

  onSeal(from: NodeId, { replicaSet, decided }: Seal): void {
    const { lineage, epoch } = replicaSet;
    if (decided.lineage !== lineage || decided.epoch !== epoch + 1) return;
    let sealed: LineageState | undefined;
    this.#changes.make(
      (draft) => {
        const known = draft.lineages.get(lineage);
        const state = advanced(known ?? lineageOfRecord(replicaSet), replicaSet, decided);
        sealed = undefined;
        if (state.active.epoch !== epoch || state.retiredInto !== undefined || !hasVote(state, draft.nodeId)) return;
        sealed = state.sealed ? state : { ...state, sealed: true };
        if (sealed !== known) draft.keepLineage(sealed);
      },
      () => {
        if (sealed === undefined) {
          this.#tell(from, lineage);
          return;
        }
        const { context, counter } = this.#env.state;
        const installed = sealed.installed > epoch;
        this.#courier.send(from, { type: "sealed", lineage, epoch, context, installed, counter });
      },
    );
  }

  onInstall(from: NodeId, { lineage, epoch, target, context }: Install): void {
    const key = `${from} ${lineage}`;
    if (!this.#waiting.has(key) && this.#waiting.size >= MAX_WAITING_INSTALLS) return;
    this.#waiting.set(key, { from, of: { lineage, epoch }, target, context });
    this.advance();
  }

  peerDown(nodeId: NodeId): void {
    for (const [key, { from }] of this.#waiting) if (from === nodeId) this.#waiting.delete(key);
  }

  /** Something has become durable: perhaps all that an installation waits for. */
  advance(): void {
    for (const [key, install] of this.#waiting) {
      if (!this.#env.state.context.coversAll(install.context)) continue;
      this.#waiting.delete(key);
      this.#install(install);
    }
  }

  #install({ from, of, target, context }: WaitingInstall): void {
    let held = false;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        const isHeir = target.lineage === of.lineage;
        // Q5: what is handed over to a lineage is fenced by its epoch, as a write is.
        held = draft.coversAll(context) && (isHeir ? this.#noteInstalled(draft, of) : serves(draft, target));
        // What a relaxed commit has brought must be on disk, too.
        return held;
      },
      settle: () => {
        if (held) this.#courier.send(from, { type: "installed", ...of, target, counter: this.#env.state.counter });
        else this.#tell(from, target.lineage);
      },
      fail: () => undefined,
    });
  }

  #noteInstalled(draft: Draft, { lineage, epoch }: EpochRef): boolean {
    const state = draft.lineages.get(lineage);
    if (state === undefined || state.retiredInto !== undefined) return false;
    const record = state.decided?.epoch === epoch ? state.decided : state.active;
    if (record.epoch !== epoch || !isVoter(record, draft.nodeId)) return false;
    if (state.installed < epoch) draft.keepLineage({ ...state, installed: epoch });
    return true;
  }

  /** @param yes promises or accepts, and makes the answer. */
  #vote(
    from: NodeId,
    { lineage, epoch }: EpochRef,
    ballot: Ballot,
    yes: (state: LineageState, draft: Draft) => () => VoterMessage,
  ): void {
    let answer: (() => VoterMessage) | undefined;
    this.#changes.make(
      (draft) => {
        answer = undefined;
        const state = draft.lineages.get(lineage);
        if (state === undefined || state.active.epoch !== epoch || state.decided !== undefined) return;
        if (state.retiredInto !== undefined || !isVoter(state.active, draft.nodeId)) return;
        // P8: who has no vote, or another identity by now, does not propose.
        if (from !== draft.nodeId && !isVoter(state.active, from)) return;
        const { promised } = state;
        if (ballot.counter > (promised?.counter ?? 0) + MAX_BALLOT_LEAP) return;
        if (promised !== undefined && compareBallots(ballot, promised) < 0)
          answer = () => ({ type: "ballot-refused", lineage, epoch, ballot, promised });
        else answer = yes(state, draft);
      },
      () => {
        if (answer === undefined) this.#tell(from, lineage);
        else this.#courier.send(from, answer());
      },
    );
  }
}
