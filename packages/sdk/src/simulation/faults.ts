import { DecisionStrikes } from "./decision-strikes.ts";
import { FAULTS, type FaultName } from "./fault-names.ts";
import { HostilePeer } from "./hostile-peer.ts";
import type { DiskImage } from "./disk.ts";
import type { SeededRandom } from "./random.ts";
import { LongAbsence } from "./long-absence.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** How often each fault has struck. */
export type FaultCounts = Record<FaultName, number>;

export function noFaults(): FaultCounts {
  return Object.fromEntries(FAULTS.map((fault) => [fault, 0])) as FaultCounts;
}

/** More machines than this would only make runs longer. */
const MAX_MACHINES = 6;

/** What is likelier than others in a run of changes of the voters. */
const AMID_CHANGES: Readonly<Partial<Record<FaultName, number>>> = {
  "struck-decision": 3,
  "partial-partition": 2,
  "restored-backup": 2,
  "concurrent-reconfiguration": 3,
};

/** Injects a run's faults, and ends those that last. */
export class Faults {
  readonly counts: FaultCounts = noFaults();
  readonly #world: World;
  readonly #machines: Machine[];
  readonly #addMachine: () => Machine;
  readonly #absence: LongAbsence;
  readonly #decisions: DecisionStrikes;
  #liar: HostilePeer | undefined;

  constructor(world: World, machines: Machine[], addMachine: () => Machine) {
    this.#world = world;
    this.#machines = machines;
    this.#addMachine = addMachine;
    this.#absence = new LongAbsence(world, machines, (machine) => this.#struck("long-absence", machine));
    this.#decisions = new DecisionStrikes(world, machines, (machine) => this.#struck("struck-decision", machine));
  }

  /** For how much longer a machine is switched off. */
  get absenceMs(): number {
    return this.#absence.remainingMs;
  }

  /** A message arrives. */
  delivered(from: number, to: number, bytes: Uint8Array): void {
    this.#decisions.delivered(from, to, bytes);
  }

  strike(): void {
    const { streams, plan } = this.#world;
    if (plan.faults.length === 0) return;
    const weights: Partial<Record<FaultName, number>> = {};
    for (const each of plan.faults) weights[each] = 1;
    if (plan.isUnsettled) for (const each of plan.faults) weights[each] = AMID_CHANGES[each] ?? 1;
    const fault = streams.race("fault", weights);
    const machine = streams.of(`target of ${fault}`).pick(this.#machines);
    if (this.#strike(fault, machine)) this.#struck(fault, machine);
  }

  #struck(fault: FaultName, machine: Machine): void {
    this.counts[fault]++;
    this.#world.trace.note(() => `-- ${fault} (${machine.name})`);
  }

  /** No faults from now on. Frozen processes thaw by themselves: what waits for them must not be overtaken. */
  end(): void {
    this.#world.network.heal();
    this.#world.network.disarm();
    this.#decisions.disarm();
    this.#liar?.leave();
    // What lay in wait for a message strikes no more.
    for (const line of this.#world.network.lines) line.onDeparture = undefined;
    for (const { disk } of this.#machines) {
      disk.full = false;
      disk.afterStrictCommit = undefined;
    }
  }

  /** Returns whether it has been done; what only can strike later tells then. */
  #strike(fault: FaultName, machine: Machine): boolean {
    const { streams, clock, network } = this.#world;
    const random = streams.of(`details of ${fault}`);
    const { life, disk } = machine;
    switch (fault) {
      case "crash":
        if (life === undefined) return false;
        machine.die();
        return true;
      case "power-cut":
        if (disk.image.size === 0) return false;
        machine.loseUnflushed(random.integer(0, disk.cachedCommits));
        return true;
      case "rolled-back-commit":
        if (disk.cachedCommits === 0) return false;
        machine.loseUnflushed(random.integer(0, disk.cachedCommits - 1));
        return true;
      case "crash-before-ack":
        // It strikes when the disk next has a strict commit to answer.
        disk.afterStrictCommit = () => {
          this.#struck(fault, machine);
          machine.die();
        };
        return false;
      case "broken-connection":
        return this.#onSomeLine((line) => network.breakLine(line));
      case "cut-in-flight":
        return this.#onSomeLine((line) => network.cutInFlight(line, () => this.#struck(fault, machine)), false);
      case "replaced-connection":
        return this.#onSomeLine((line) => network.replaceLine(line));
      case "one-way-loss":
        return this.#onSomeLine((line) => network.muteLine(line));
      case "stalled-connection":
        return this.#onSomeLine((line) => network.stallLine(line));
      case "delayed-connection":
        return this.#onSomeLine((line) => network.delayLine(line));
      case "back-pressure":
        return this.#onSomeLine((line) => network.blockLine(line));
      case "partition":
        this.#partition();
        return true;
      case "partial-partition":
        return this.#partPair();
      case "frozen-peer":
        if (life === undefined) return false;
        life.frozenUntil = Math.max(life.frozenUntil, clock.now + random.real(10, 20_000));
        return true;
      case "clock-jump":
        machine.wall.aheadMs += random.pick([-1, 1]) * random.pick([3000, 400_000, 3e7, 3e11]) * random.unit();
        return true;
      case "full-disk":
        disk.full = true;
        clock.schedule(random.real(10, 9000), () => {
          disk.full = false;
        });
        return true;
      case "restored-backup":
        return this.#restore(machine);
      case "long-absence":
        // It has struck when the machine returns to a room that has collected what it never heard of.
        this.#absence.begin(machine);
        return false;
      case "evicted-store":
        if (disk.image.size === 0) return false;
        machine.die();
        machine.replaceStore({ image: new Map(), isTorn: false, hasFlips: false });
        return true;
      case "torn-store":
        if (disk.image.size === 0) return false;
        machine.tear(torn(disk.flushed, random));
        return true;
      case "flipped-bit":
        return machine.flipBit(random);
      case "cloned-store":
        return this.#clone(machine);
      case "lying-peer":
        this.#lie();
        return true;
      case "concurrent-reconfiguration":
        return this.#reconfigureAtOnce();
      case "struck-decision":
        this.#decisions.lieInWait();
        return false;
      case "starved-machine":
        network.starve(machine.index, random.real(500, 40_000));
        return true;
    }
  }

  /** Comes with the first strike, and lies on by itself until the faults end. */
  #lie(): void {
    if (this.#liar === undefined) {
      this.#liar = new HostilePeer(this.#world);
      this.#liar.join();
    }
    this.#liar.lie();
  }

  #onSomeLine(action: (line: ReturnType<World["network"]["lines"]["at"]> & object) => void, atOnce = true): boolean {
    const { lines } = this.#world.network;
    if (lines.length === 0) return false;
    action(this.#world.streams.of("target of line faults").pick(lines));
    return atOnce;
  }

  /** Two that cannot reach each other, though both reach all others. */
  #partPair(): boolean {
    const { streams, clock, network } = this.#world;
    const random = streams.of("details of partial-partition");
    const [a, b, third] = random.shuffled(this.#machines);
    if (a === undefined || b === undefined || third === undefined) return false;
    clock.schedule(random.real(100, 15_000), network.part(a.index, b.index));
    return true;
  }

  /** Two users change the replica set at once, without knowing of each other. */
  #reconfigureAtOnce(): boolean {
    const { streams, plan } = this.#world;
    const random = streams.of("details of concurrent-reconfiguration");
    const [a, b] = random.shuffled(this.#machines.filter((machine) => machine.replicator !== undefined));
    if (!plan.reconfigures || a === undefined || b === undefined) return false;
    for (const { replicator, operations } of [a, b]) {
      const target = random.pick([a, b]).replicator!.nodeId;
      const change = random.pick(["add", "remove"] as const);
      const call = change === "add" ? replicator!.addReplica(target) : replicator!.removeReplica(target);
      operations.track(`${change} ${target.slice(0, 4)}`, call);
    }
    return true;
  }

  #partition(): void {
    const { streams, clock, network } = this.#world;
    const random = streams.of("details of partition");
    const apart = this.#machines.filter(() => random.chance(0.4)).map((machine) => machine.index);
    network.partition(apart);
    clock.schedule(random.real(100, 15_000), () => network.heal());
  }

  /** The first strike takes the backup, a later one restores it. */
  #restore(machine: Machine): boolean {
    const backup = machine.backups.pop();
    if (backup === undefined) {
      if (machine.disk.flushed.size > 0) machine.backups.push(machine.backUp());
      return false;
    }
    machine.die();
    machine.replaceStore(backup);
    return true;
  }

  /** A copied browser profile, on another device: two live stores with one NodeId (C1). */
  #clone(machine: Machine): boolean {
    if (this.#machines.length >= MAX_MACHINES || machine.disk.flushed.size === 0) return false;
    const copy = this.#addMachine();
    copy.wall.aheadMs += this.#absence.sleptMs;
    machine.markLost();
    copy.disk.replace(machine.disk.flushed, machine.disk.hasFlips);
    copy.isTorn = machine.isTorn;
    copy.open();
    return true;
  }
}

/** Some records gone, some garbled where that shows on opening: a version's payload is looked at when it is read. */
function torn(image: DiskImage, random: SeededRandom): DiskImage {
  const chance = random.pick([0.05, 0.3, 0.8]);
  const left = new Map<string, Uint8Array>();
  for (const [key, bytes] of image) {
    if (!random.chance(chance)) left.set(key, bytes);
    else if (random.chance(0.3)) left.set(key, bytes.slice(0, random.integer(0, 4)));
    else if (random.chance(0.5))
      left.set(
        key,
        bytes.map((byte, i) => (i === 1 ? byte ^ 0x10 : byte)),
      );
  }
  return left;
}
