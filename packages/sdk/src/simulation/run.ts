import {
  asText,
  checkClock,
  checkConvergence,
  checkSound,
  checkDurability,
  checkHonestContext,
  checkNothingLostOrRaised,
  checkSameReplicaSet,
  visibleEntries,
} from "./oracles.ts";
import { nodeIdOf, recordOf } from "./stored-image.ts";
import { Acquaintance } from "./acquaintance.ts";
import { planOf } from "./kinds-of-runs.ts";
import type { Plan } from "./plan.ts";
import { type FaultCounts, Faults } from "./faults.ts";
import { SCRUB_ROUND_MS } from "../replicator/scrubber.ts";
import type { DeviceId } from "../core/node-id.ts";
import { checkCollected } from "./collected.ts";
import { checkReads } from "./read-oracles.ts";
import { History } from "./history.ts";
import { Director } from "./staging/director.ts";
import type { DramaName } from "./staging/drama-names.ts";
import { CounterWitness } from "./counter-witness.ts";
import { checkLags } from "./lag-oracle.ts";
import { LeaseWitness } from "./lease-witness.ts";
import { shownIsOneWrite } from "./resolver.ts";
import { Ledger } from "./ledger.ts";
import type { LineQuality } from "./line.ts";
import { Machine } from "./machine.ts";
import { isBackgroundCheck, messageText } from "./message-text.ts";
import { Network } from "./network.ts";
import type { SimulatedReplicator } from "./simulated-replicator.ts";
import { Streams } from "./streams.ts";
import { ReplyWitness } from "./reply-witness.ts";
import { Trace } from "./trace.ts";
import { BrokenPromiseError } from "./broken-promise-error.ts";
import { VirtualClock } from "./clock.ts";
import { Workload } from "./workload.ts";
import type { World } from "./world.ts";

export interface RunResult {
  readonly seed: number;
  readonly plan: Plan;
  readonly violations: readonly string[];
  readonly faults: FaultCounts;
  /** Simulated events: messages, commits, timers. */
  readonly events: number;
  readonly messages: number;
  readonly quorumWrites: number;
  /** Histories of an id that were too much to search whole (Q9). */
  readonly undecidedOrders: number;
  /** Epochs after a lineage's first, and lineages that survivors have founded. */
  readonly laterEpochs: number;
  readonly survivals: number;
  /** Generations begun of a document (C11). */
  readonly renewals: number;
  /** What was staged, where it came about. */
  readonly drama: DramaName | undefined;
  readonly trace: readonly string[];
}

/** More than the longest legitimate run needs by an order of magnitude: what goes on longer never comes to rest. */
const MAX_EVENTS = 400_000;
/** From the end of the last fault: frozen peers wake, broken lines are noticed, sessions that hang are given up, retries are due. */
const HEALING_MS = 150_000;
/** A room that is equal has nothing to say: in this time before the end of the healing. */
const QUIET_MS = 20_000;
/** For calls that are made when all is well. */
const ANSWER_MS = 20_000;
const ACTIONS_BETWEEN_AUDITS = 12;
/** At any action of a run in a partial mesh. */
const ACQUAINTANCE_CHANGE = 0.05;

/** How what no promise names begins: an exception that nobody caught. */
export const OUTSIDE_OF_THE_RULES = "exception:";

export interface RunOptions {
  readonly trace?: boolean;
  /** Is shown the replicators when all are equal and have fallen silent. */
  readonly onQuiet?: (replicators: readonly SimulatedReplicator[]) => void;
  /** Is shown the machines now and then, while all is going on. */
  readonly onAudit?: (machines: readonly Machine[]) => void;
}

export async function run(seed: number, options: RunOptions = {}): Promise<RunResult> {
  return new Run(seed, options).result();
}

class Run {
  readonly #seed: number;
  readonly #world: World;
  readonly #machines: Machine[] = [];
  readonly #faults: Faults;
  readonly #workload: Workload;
  readonly #director: Director;
  readonly #leases: LeaseWitness;
  readonly #onQuiet: RunOptions["onQuiet"];
  #acquaintance: Acquaintance | undefined;
  readonly #onAudit: RunOptions["onAudit"];
  #messages = 0;
  #lastMessageAt = 0;

  constructor(seed: number, { trace: traced = false, onQuiet, onAudit }: RunOptions) {
    this.#seed = seed;
    this.#onQuiet = onQuiet;
    this.#onAudit = onAudit;
    const streams = new Streams(seed);
    const plan = planOf(streams);
    if (plan.isPartial) this.#acquaintance = new Acquaintance(plan.machines, streams.of("acquaintance"));
    const clock = new VirtualClock();
    const trace = new Trace(clock, traced);
    const leases = new LeaseWitness(this.#machines, clock, plan.diskMaxMs);
    this.#leases = leases;
    const ledger = new Ledger(
      () => clock.now,
      (disk) => leases.leasedOn(disk),
      (nodeId) => this.#machines.filter(({ disk }) => nodeIdOf(disk.image) === nodeId).length,
    );
    ledger.onPromise = (writes) => checkDurability(ledger, this.#machines, `at ${clock.now.toFixed(0)}`, writes);
    const witness = new ReplyWitness(ledger, this.#machines);
    const counters = new CounterWitness(ledger, this.#machines);
    const network = new Network({
      clock,
      random: streams.of("network"),
      quality: (a, b) => this.#quality(a, b),
      knows: this.#acquaintance && ((a, b) => this.#acquaintance!.knows(a, b)),
      delivered: (from, to, bytes) => {
        this.#messages++;
        witness.delivered(from, to, bytes, clock.now);
        leases.delivered(from, to, bytes);
        counters.delivered(from, to, bytes, clock.now);
        this.#faults.delivered(from, to, bytes);
        this.#director.delivered(from, to, bytes);
        if (!isBackgroundCheck(bytes)) this.#lastMessageAt = clock.now;
        trace.note(() => `r${from} -> r${to} ${messageText(bytes)}`);
      },
    });
    this.#world = { clock, streams, network, ledger, witness, counters, history: new History(), plan, trace };
    this.#workload = new Workload(this.#world, this.#machines);
    this.#faults = new Faults(this.#world, this.#machines, () => this.#addMachine());
    this.#director = new Director(this.#world, this.#machines);
    for (let i = 0; i < plan.machines; i++) this.#addMachine();
  }

  async result(): Promise<RunResult> {
    const { ledger, clock, plan, trace } = this.#world;
    trace.note(() => JSON.stringify(plan));
    const onRejection = (error: unknown): void =>
      ledger.violation(`${OUTSIDE_OF_THE_RULES} unhandled rejection: ${stackOf(error)}`);
    process.on("unhandledRejection", onRejection);
    try {
      await this.#chaos();
      await this.#heal();
      await this.#judge();
    } catch (error) {
      const broken = error instanceof BrokenPromiseError;
      ledger.violation(broken ? error.message : `${OUTSIDE_OF_THE_RULES} the run broke off: ${stackOf(error)}`);
    } finally {
      // Node tells of rejections when no tick is left.
      await new Promise((resolve) => setImmediate(resolve));
      process.off("unhandledRejection", onRejection);
    }
    return {
      seed: this.#seed,
      plan,
      violations: ledger.violations,
      faults: this.#faults.counts,
      events: clock.events,
      messages: this.#messages,
      quorumWrites: ledger.acknowledged,
      undecidedOrders: ledger.undecidedOrders,
      laterEpochs: [...ledger.records.values()].filter(({ epoch }) => epoch > 1).length,
      survivals: [...ledger.records.values()].filter(({ epoch, generation }) => epoch === 1 && generation > 0).length,
      renewals: ledger.renewals,
      drama: this.#director.played,
      trace: trace.lines,
    };
  }

  async #chaos(): Promise<void> {
    const { clock, streams, network, plan } = this.#world;
    const random = streams.of("course of the run");
    for (const machine of this.#machines) clock.schedule(random.real(0, 10 * plan.pauseMs), () => machine.open());
    if (plan.apart !== "together") {
      const indices = this.#machines.map((machine) => machine.index);
      network.partition(...(plan.apart === "alone" ? indices.map((index) => [index]) : [indices.slice(0, 2)]));
      clock.schedule(random.real(0, plan.actions * plan.pauseMs), () => network.heal());
    }
    await this.#pass(plan.warmUpMs);
    this.#director.begin();
    for (let done = 0; done < plan.actions || this.#director.isPlaying; done++) {
      await this.#pass(random.real(0, 2 * plan.pauseMs));
      if (this.#director.isHushed) continue;
      if (random.chance(plan.faultChance)) this.#faults.strike();
      else this.#workload.act();
      if (this.#acquaintance !== undefined && random.chance(ACQUAINTANCE_CHANGE)) this.#changeAcquaintance();
      checkLags(this.#world.ledger, this.#machines, clock.now);
      if (done % ACTIONS_BETWEEN_AUDITS === 0) this.#audit();
    }
    this.#audit();
  }

  #changeAcquaintance(): void {
    this.#world.trace.note(() => "-- other acquaintances");
    this.#acquaintance?.change();
    this.#world.network.acquaintanceChanged();
  }

  /** What must be true at any time. */
  #audit(): void {
    const { ledger, clock } = this.#world;
    this.#onAudit?.(this.#machines);
    checkDurability(ledger, this.#machines, `at ${clock.now.toFixed(0)}`);
    for (const machine of this.#machines) {
      if (!machine.isTorn) checkHonestContext(ledger, machine.name, machine.disk.image);
      checkClock(ledger, machine.name, machine.disk.image);
    }
  }

  async #heal(): Promise<void> {
    this.#world.trace.note(() => "-- healing");
    this.#faults.end();
    this.#director.end();
    while (this.#faults.absenceMs > 0) {
      for (const machine of this.#machines) machine.open();
      await this.#pass(this.#faults.absenceMs);
    }
    // A voter that is gone for good is swapped only then, and perhaps by a lineage that has come of the first wave.
    const healingMs = HEALING_MS + this.#world.plan.voterSwapMs;
    // More than once: a process that was closing has to end before the next can begin.
    for (let wave = 0; wave < 3; wave++) {
      for (const machine of this.#machines) {
        machine.open();
        if (!machine.isStarted) machine.start();
      }
      await this.#pass(healingMs / 3);
    }
    if (this.#faults.counts["flipped-bit"] === 0) return;
    // Damage under an open store is found by reading through it.
    await this.#pass(SCRUB_ROUND_MS + HEALING_MS);
    for (const machine of this.#machines) {
      machine.isTorn = false;
      checkSound(this.#world.ledger, machine.name, machine.disk.image);
    }
  }

  async #judge(): Promise<void> {
    const { ledger, clock } = this.#world;
    for (const machine of this.#machines) {
      for (const hanging of machine.operations.hanging) ledger.violation(`P4: ${hanging}`);
      if (machine.replicator === undefined) ledger.violation(`${machine.name} has not come back`);
    }
    if (ledger.violations.length > 0) return;
    if (clock.now - this.#lastMessageAt < QUIET_MS)
      ledger.violation("replicas that have been left alone do not fall silent");
    else this.#onQuiet?.(this.#machines.map((machine) => machine.replicator!));
    this.#audit();
    checkConvergence(ledger, this.#machines);
    checkNothingLostOrRaised(ledger, this.#machines[0]!.disk.image);
    const nodeIds = this.#machines.map((machine) => machine.replicator!.nodeId);
    if (new Set(nodeIds).size < nodeIds.length) ledger.violation("C1: two stores still have one NodeId");
    if (!this.#world.plan.isPartial)
      for (const { disk } of this.#machines)
        checkCollected(ledger, disk, new Set(nodeIds), this.#leases.leasedOn(disk));
    checkReads(ledger, this.#world.history, shownIsOneWrite(this.#world.plan.mode));
    await this.#compareShown();
    if (ledger.violations.length === 0 && ledger.lostStores.size === 0) await this.#proveLife();
    if (ledger.violations.length === 0) await this.#reopen();
  }

  /** P2 as users see it, and what followers of `changes` have made of it. */
  async #compareShown(): Promise<void> {
    const { ledger } = this.#world;
    let first: string | undefined;
    for (const machine of this.#machines) {
      const shown = asText(await this.#answer(visibleEntries(machine)));
      first ??= shown;
      if (shown !== first) ledger.violation(`P2: r0 shows ${first}\n${machine.name} shows ${shown}`);
      const mirrored = asText(machine.mirror.shown);
      // What a lost store alone held may have been told before it was lost.
      if (mirrored !== shown && ledger.lostStores.size === 0)
        ledger.violation(`${machine.name} shows ${shown}\nand has told a reader of changes ${mirrored}`);
      const lag = await this.#answer(machine.replicator!.lagMs());
      if (lag !== 0) ledger.violation(`${machine.name} says that it lags by ${lag} ms, and all are equal`);
    }
  }

  /** No store has been lost: then all live in one lineage, and its quorum can be reached if it has enough voters. */
  async #proveLife(): Promise<void> {
    const { ledger, plan } = this.#world;
    checkSameReplicaSet(ledger, this.#machines);
    const barred = new Set(recordOf(this.#machines[0]!.disk.image)?.barred);
    const able = this.#machines.filter(({ replicator }) => !barred.has(replicator!.nodeId));
    const devices = new Set(able.map((machine) => machine.disk.deviceId)).size;
    const eligible = plan.distinctDevices ? devices : able.length;
    if (eligible <= plan.replicationFactor / 2) return;
    const before = ledger.acknowledged;
    for (const machine of this.#machines) this.#workload.lastWrite(machine);
    await this.#pass(ANSWER_MS);
    if (ledger.acknowledged < before + this.#machines.length)
      ledger.violation("not every replica can write at quorum after healing");
    checkConvergence(ledger, this.#machines);
    await this.#compareShown();
  }

  /** What a reopened store shows is what it showed before. */
  async #reopen(): Promise<void> {
    const { ledger } = this.#world;
    for (const machine of this.#machines) {
      const before = asText(await this.#answer(visibleEntries(machine)));
      machine.close();
      await this.#pass(ANSWER_MS);
      machine.open();
      await this.#pass(ANSWER_MS);
      const after = asText(await this.#answer(visibleEntries(machine)));
      if (after !== before) ledger.violation(`${machine.name} showed ${before}\nand after reopening ${after}`);
    }
    for (const machine of this.#machines) machine.close();
    await this.#pass(ANSWER_MS);
    for (const machine of this.#machines)
      for (const hanging of machine.operations.hanging) ledger.violation(`P4: ${hanging}`);
  }

  async #pass(ms: number): Promise<void> {
    const { clock } = this.#world;
    await clock.runUntil(clock.now + ms, MAX_EVENTS);
  }

  async #answer<T>(call: Promise<T>): Promise<T> {
    let answer: { readonly value: T } | undefined;
    let failure: unknown;
    call.then(
      (value) => {
        answer = { value };
      },
      (error: unknown) => {
        failure = error;
      },
    );
    await this.#pass(ANSWER_MS);
    if (failure !== undefined) throw failure as Error;
    if (answer === undefined) throw new BrokenPromiseError("P4: a read has not been answered");
    return answer.value;
  }

  #addMachine(): Machine {
    const { streams, plan } = this.#world;
    const index = this.#machines.length;
    const device = (plan.devices[index] ?? index).toString(16).padStart(32, "d") as DeviceId;
    const machine = new Machine(
      this.#world,
      index,
      device,
      streams.of("wall clocks").integer(-plan.clockErrorMs, plan.clockErrorMs),
    );
    this.#machines.push(machine);
    return machine;
  }

  #quality(a: number, b: number): LineQuality {
    const { latencyMs, jitterMs, slowLines, lateWritesMs: lateMs } = this.#world.plan;
    const isSlow = slowLines && (a + b) % 2 === 0;
    return { latencyMs, jitterMs, bytesPerMs: isSlow ? 2 : Number.POSITIVE_INFINITY, lateMs };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
