import { dataQuorum, isVoter, majority, type ReplicaSetRecord } from "./replica-set.ts";
import type { EpochRef, Installed, Sealed } from "./messages.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import { Backoff } from "./backoff.ts";
import { CausalContext } from "./causal-context.ts";
import type { Courier } from "./courier.ts";
import type { Environment } from "./environment.ts";
import type { LineageChanges } from "./lineage-changes.ts";
import type { LineageState } from "./lineage-state.ts";
import type { VoterCounters } from "./voter-counters.ts";

/** How long the voters are given before all is asked again: they have connections, disks, and what they lack to fetch. */
const ROUND_MS: number = 20 * 1000;

/**
 * So many rounds of questions; in the last, answers are awaited without end, as a new voter may have hours of data to fetch. Only a change
 * of connections begins another: a room that is stuck falls silent, within little more than a minute where nobody else drives.
 */
const MAX_ROUNDS = 3;

interface Drive {
  readonly epoch: number;
  /** Infinity in the last round. */
  deadline: number;
  readonly seals: Set<NodeId>;
  held: CausalContext;
  /** Whether enough is sealed, so that `held` is all that the active epoch has acknowledged. */
  isWhole: boolean;
  target: ReplicaSetRecord | undefined;
  readonly installs: Set<NodeId>;
  /** Enough have installed it: only this store has still to take that in. */
  isDone: boolean;
  readonly asked: Set<string>;
}

/**
 * Brings a decided epoch into force (Q6), or hands a lineage that yields over to the winner (Q7b): seals the active epoch, has what its
 * voters held installed, and then calls it done. Whoever knows the decision may do this, several at once too.
 *
 * Invariant: nobody acknowledges in an epoch that it has sealed, so a majority's seals, joined, cover all that the epoch ever
 * acknowledged; a voter that has installed the next epoch holds that, so its word stands in for the seals.
 */
export class EpochChange {
  readonly #env: Environment;
  readonly #changes: LineageChanges;
  readonly #courier: Courier;
  readonly #counters: VoterCounters;
  /** The active record of the lineage that takes over one that has decided to yield. */
  readonly #winnerOf: (decided: ReplicaSetRecord) => ReplicaSetRecord | undefined;
  readonly #drives = new Map<LineageId, Drive>();
  readonly #rounds = new Map<LineageId, number>();
  readonly #backoff: Backoff<LineageId>;

  constructor(
    env: Environment,
    changes: LineageChanges,
    courier: Courier,
    counters: VoterCounters,
    winnerOf: (decided: ReplicaSetRecord) => ReplicaSetRecord | undefined,
  ) {
    this.#env = env;
    this.#changes = changes;
    this.#courier = courier;
    this.#counters = counters;
    this.#winnerOf = winnerOf;
    this.#backoff = new Backoff(env);
  }

  evaluate(state: LineageState): void {
    const { active, decided } = state;
    const { lineage } = active;
    let drive = this.#drives.get(lineage);
    if (decided === undefined || state.retiredInto !== undefined) {
      this.#forget(lineage);
      return;
    }
    if (drive !== undefined && drive.epoch !== decided.epoch) {
      this.#forget(lineage);
      drive = undefined;
    }
    if (drive !== undefined && drive.deadline <= this.#env.now()) this.#again(lineage);
    drive = this.#drives.get(lineage);
    if (drive === undefined) {
      if (!this.#backoff.isDue(lineage, this.#rank(active, decided))) return;
      drive = this.#begin(decided);
    }
    this.#advance(drive, active, decided);
  }

  /** Of lineages that this store has left, nothing is under way. */
  forgetLeft(): void {
    for (const lineage of this.#drives.keys()) if (!this.#env.state.lineages.has(lineage)) this.#forget(lineage);
  }

  peerUp(nodeId: NodeId): void {
    this.#connectionsChanged(nodeId);
  }

  /** What a voter told may be held by nobody else who is still there. */
  peerDown(nodeId: NodeId): void {
    this.#connectionsChanged(nodeId);
    for (const [lineage, drive] of this.#drives)
      if (drive.seals.has(nodeId) && !drive.isDone) this.#drives.delete(lineage);
  }

  onSealed(from: NodeId, { lineage, epoch, context, installed }: Sealed): void {
    const drive = this.#drives.get(lineage);
    const state = this.#env.state.lineages.get(lineage);
    if (drive?.epoch !== epoch + 1 || state?.decided?.epoch !== drive.epoch || drive.isWhole) return;
    const isHeir = installed && state.decided.yieldsTo === undefined && isVoter(state.decided, from);
    if (isVoter(state.active, from) || isHeir) {
      drive.seals.add(from);
      drive.held = drive.held.join(context);
      drive.isWhole = isHeir || this.#counters.speakFor(state.active, drive.seals);
    }
    this.#advance(drive, state.active, state.decided);
  }

  onInstalled(from: NodeId, { lineage, epoch, target }: Installed): void {
    const drive = this.#drives.get(lineage);
    const state = this.#env.state.lineages.get(lineage);
    if (drive?.epoch !== epoch || state?.decided?.epoch !== epoch || !isSame(drive.target, target)) return;
    if (!isVoter(drive.target, from)) return;
    drive.installs.add(from);
    this.#advance(drive, state.active, state.decided);
  }

  /** Whether those who are needed can be reached: a decision that waits for others waits for good. */
  canFinish({ decided, retiredInto }: LineageState): boolean {
    if (decided === undefined || retiredInto !== undefined) return true;
    const target = decided.yieldsTo === undefined ? decided : this.#winnerOf(decided);
    if (target === undefined) return false;
    const reachable = target.voters.filter(({ nodeId }) => this.#courier.isThere(nodeId)).length;
    return reachable >= requiredInstalls(decided, target);
  }

  nextWake(): number | undefined {
    const deadlines = [...this.#drives.values()].map((drive) => drive.deadline);
    const next = Math.min(...deadlines, this.#backoff.nextWake() ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(next) ? next : undefined;
  }

  #begin(decided: ReplicaSetRecord): Drive {
    const drive: Drive = {
      epoch: decided.epoch,
      deadline: this.#isLastRound(decided.lineage) ? Number.POSITIVE_INFINITY : this.#env.now() + ROUND_MS,
      seals: new Set(),
      held: CausalContext.EMPTY,
      isWhole: false,
      target: undefined,
      installs: new Set(),
      isDone: false,
      asked: new Set(),
    };
    this.#drives.set(decided.lineage, drive);
    return drive;
  }

  #advance(drive: Drive, active: ReplicaSetRecord, decided: ReplicaSetRecord): void {
    const { lineage, epoch } = decided;
    if (drive.isDone) return;
    for (const { nodeId } of [...active.voters, ...decided.voters]) {
      if (this.#isAskable(drive, nodeId, "seal"))
        this.#courier.send(nodeId, { type: "seal", replicaSet: active, decided });
    }
    if (!drive.isWhole) return;
    const target = decided.yieldsTo === undefined ? decided : this.#winnerOf(decided);
    if (target === undefined) return;
    if (!isSame(drive.target, target)) drive.installs.clear();
    drive.target = target;
    if (drive.installs.size >= requiredInstalls(decided, target)) {
      drive.isDone = true;
      this.#finish(decided, target);
      return;
    }
    const ref = { lineage: target.lineage, epoch: target.epoch };
    for (const { nodeId } of target.voters) {
      if (this.#isAskable(drive, nodeId, `install ${target.lineage} ${target.epoch}`))
        this.#courier.send(nodeId, { type: "install", lineage, epoch, target: ref, context: drive.held });
    }
  }

  #isAskable(drive: Drive, nodeId: NodeId, question: string): boolean {
    const key = `${question} ${nodeId}`;
    if (drive.asked.has(key) || !this.#courier.reaches(nodeId)) return false;
    drive.asked.add(key);
    return true;
  }

  #finish(decided: ReplicaSetRecord, target: ReplicaSetRecord): void {
    const { lineage, epoch, yieldsTo } = decided;
    this.#changes.make((draft) => {
      const state = draft.lineages.get(lineage);
      if (state?.decided?.epoch !== epoch || state.retiredInto !== undefined) return;
      draft.keepLineage(
        yieldsTo === undefined
          ? {
              ...state,
              active: state.decided,
              decided: undefined,
              sealed: false,
              promised: undefined,
              accepted: undefined,
            }
          : { ...state, sealed: true, retiredInto: target.lineage },
      );
    });
  }

  #again(lineage: LineageId): void {
    this.#drives.delete(lineage);
    this.#rounds.set(lineage, (this.#rounds.get(lineage) ?? 0) + 1);
    this.#backoff.failed(lineage);
  }

  #isLastRound(lineage: LineageId): boolean {
    return (this.#rounds.get(lineage) ?? 0) >= MAX_ROUNDS - 1;
  }

  #forget(lineage: LineageId): void {
    this.#drives.delete(lineage);
    this.#rounds.delete(lineage);
    this.#backoff.forget(lineage);
  }

  #connectionsChanged(nodeId: NodeId): void {
    this.#rounds.clear();
    for (const drive of this.#drives.values()) {
      drive.deadline = Math.min(drive.deadline, this.#env.now() + ROUND_MS);
      for (const question of drive.asked) if (question.endsWith(nodeId)) drive.asked.delete(question);
    }
  }

  /** Voters first, in the record's order; the others only where no voter does it. */
  #rank(active: ReplicaSetRecord, decided: ReplicaSetRecord): number {
    const voters = new Set([...active.voters, ...decided.voters].map((voter) => voter.nodeId));
    const reachable = [...voters].filter((nodeId) => this.#courier.reaches(nodeId));
    const rank = reachable.indexOf(this.#env.state.nodeId);
    return rank === -1 ? reachable.length : rank;
  }
}

/** Q6: a successor has begun with as many as its writes will need; who takes a lineage over holds it as it holds a decision. */
function requiredInstalls(decided: ReplicaSetRecord, target: ReplicaSetRecord): number {
  const voters = target.voters.length;
  return decided.yieldsTo === undefined ? Math.min(dataQuorum(decided), voters) : majority(voters);
}

function isSame(record: ReplicaSetRecord | undefined, ref: EpochRef): record is ReplicaSetRecord {
  return record?.lineage === ref.lineage && record.epoch === ref.epoch;
}
