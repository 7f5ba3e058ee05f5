import type { Life } from "../clock.ts";
import type { Machine } from "../machine.ts";
import { lineagesOn, nodeIdOf, recordOf } from "../stored-image.ts";
import { replicaSetCodecs } from "../../core/codec/replica-set-messages.ts";
import type { ReplicaSetRecord } from "../../core/replica-set.ts";
import type { SeededRandom } from "../random.ts";
import type { World } from "../world.ts";

/** Between two looks at whether what is waited for has come. */
const LOOK_MS = 20;
/** What users write on a stage has numbers of its own. */
const STAGED_WRITES = 3_000_000;

type Word = keyof typeof replicaSetCodecs;

interface Cue {
  readonly code: number;
  readonly from: Machine | undefined;
  readonly to: Machine;
  readonly act: () => void;
}

/** Who plays: the voters in their record's order, and the others. */
export interface Cast {
  readonly record: ReplicaSetRecord;
  readonly voters: readonly Machine[];
  readonly others: readonly Machine[];
}

/**
 * What a drama can do to its room: wait, call as users do, and put machines out of each other's reach. All of it ends with the faults;
 * what a drama waits for then never comes.
 */
export class Stage {
  readonly random: SeededRandom;
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #life: Life = { ended: false, frozenUntil: 0 };
  readonly #ends: (() => void)[] = [];
  #cues: readonly Cue[] = [];
  #writes = STAGED_WRITES;
  /** Whether users and faults do nothing but what the drama says. */
  isHushed = false;

  constructor(world: World, machines: readonly Machine[]) {
    this.random = world.streams.of("staging");
    this.#world = world;
    this.#machines = machines;
  }

  /** A message arrives; a frame's second byte is its type. */
  delivered(from: number, to: number, bytes: Uint8Array): void {
    const isDue = (cue: Cue): boolean =>
      cue.code === bytes[1] && cue.to.index === to && (cue.from === undefined || cue.from.index === from);
    const due = this.#cues.filter(isDue);
    if (due.length === 0) return;
    this.#cues = this.#cues.filter((cue) => !isDue(cue));
    for (const { act } of due) act();
  }

  /** No more of it. */
  end(): void {
    this.#life.ended = true;
    this.#cues = [];
    for (const end of this.#ends.splice(0)) end();
  }

  passMs(ms: number): Promise<void> {
    return this.#world.clock.sleep(ms, this.#life);
  }

  /** Returns whether it has come in time. */
  async until(isSo: () => boolean, patienceMs: number): Promise<boolean> {
    const until = this.#world.clock.now + patienceMs;
    while (!isSo()) {
      if (this.#world.clock.now > until) return false;
      await this.passMs(LOOK_MS);
    }
    return true;
  }

  /** Once, in the moment in which this word arrives, before its receiver has begun on it. */
  once(word: Word, from: Machine | undefined, to: Machine, act: () => void): void {
    this.#cues = [...this.#cues, { code: replicaSetCodecs[word].code, from, to, act }];
  }

  /** A room whose voters all go by one record, none of them about to change; `undefined` when it does not come to that. */
  async cast(voters: number, others: number, patienceMs: number): Promise<Cast | undefined> {
    let found: Cast | undefined;
    await this.until(() => (found = this.#cast(voters, others)) !== undefined, patienceMs);
    return found;
  }

  #cast(atLeast: number, beside: number): Cast | undefined {
    const there = this.#machines.filter((machine) => machine.replicator !== undefined);
    const record = there[0] && recordOf(there[0].disk.flushed);
    if (record === undefined) return undefined;
    const isAgreed = (machine: Machine): boolean => {
      const state = lineagesOn(machine.disk.flushed).find(({ active }) => active.lineage === record.lineage);
      return state?.active.epoch === record.epoch && state.decided === undefined && !state.sealed;
    };
    const voters = record.voters.map(({ nodeId }) => there.find(({ disk }) => nodeIdOf(disk.flushed) === nodeId));
    if (voters.length < atLeast || !voters.every((voter) => voter !== undefined && isAgreed(voter))) return undefined;
    const others = there.filter((machine) => !voters.includes(machine));
    if (others.length < beside) return undefined;
    return { record, voters: voters as Machine[], others: this.random.shuffled(others) };
  }

  /** The epoch that is active by a machine's disk, or decided where `isDecided`. */
  epochOn({ disk }: Machine, { lineage }: ReplicaSetRecord, isDecided = false): number {
    const state = lineagesOn(disk.flushed).find(({ active }) => active.lineage === lineage);
    return (isDecided ? state?.decided?.epoch : undefined) ?? state?.active.epoch ?? 0;
  }

  /** By the newest record of the lineage that its own disk has. */
  isVoter({ disk }: Machine, { lineage }: ReplicaSetRecord): boolean {
    const state = lineagesOn(disk.flushed).find(({ active }) => active.lineage === lineage);
    return state?.active.voters.some(({ nodeId }) => nodeId === nodeIdOf(disk.flushed)) === true;
  }

  part(a: Machine, b: Machine): void {
    this.#ends.push(this.#world.network.part(a.index, b.index));
  }

  areConnected(a: Machine, b: Machine): boolean {
    return this.#world.network.lineBetween(a.index, b.index) !== undefined;
  }

  /** Nothing arrives from one at the other for a while, though both believe to be connected. */
  hold(from: Machine, to: Machine, forMs: number): void {
    this.#world.network.hold(from.index, to.index, forMs);
  }

  /** Nothing but control messages arrives at a machine for a while. */
  starve(machine: Machine, forMs: number): void {
    this.#world.network.starve(machine.index, forMs);
  }

  /** The process dies, and none is started before `switchOn`, or the end. */
  switchOff(machine: Machine): void {
    machine.switchOff();
    this.#ends.push(() => machine.switchOn());
  }

  /** A write at `quorum`, if the machine's process is up. */
  write({ replicator, operations }: Machine): void {
    if (replicator === undefined) return;
    const n = ++this.#writes;
    const id = this.random.pick(this.#world.plan.ids);
    const entry = { id, vector: new Float32Array([n, 0]), metadata: { n } };
    const call = replicator.write(entry, { consistency: "quorum" });
    operations.trackWrite(`write ${id} (#${n}) on stage`, "quorum", call);
  }

  /** What has not been acknowledged in time is waited for once more. */
  confirm({ replicator, operations }: Machine): void {
    const dots = operations.unconfirmed.splice(0).flat();
    if (replicator === undefined || dots.length === 0) return;
    operations.trackWrite("confirm on stage", "quorum", replicator.confirm(dots, { consistency: "quorum" }));
  }

  /** Writes now and then, by each of these. */
  async writeOften(machines: readonly Machine[], forMs: number): Promise<void> {
    const until = this.#world.clock.now + forMs;
    while (this.#world.clock.now < until) {
      this.write(this.random.pick(machines));
      await this.passMs(this.random.real(5, 120));
    }
  }

  /** A user at `caller` removes a voter. */
  remove({ replicator, operations }: Machine, voter: Machine): void {
    const nodeId = voter.replicator?.nodeId ?? nodeIdOf(voter.disk.flushed);
    if (replicator === undefined || nodeId === undefined) return;
    operations.track(`remove ${nodeId.slice(0, 4)} on stage`, replicator.removeReplica(nodeId));
  }

  get nowMs(): number {
    return this.#world.clock.now;
  }

  get voterSwapMs(): number {
    return this.#world.plan.voterSwapMs;
  }
}
