import type { DotName } from "./stored-image.ts";
import { coveredOn } from "./stored-image.ts";
import { LEASE_MS } from "../core/leases.ts";
import type { Machine } from "./machine.ts";
import { REWRITTEN_ID, Rewriting } from "./rewriting.ts";
import type { World } from "./world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Beyond the lease. */
const LATE_MS = { min: DAY_MS, max: 10 * DAY_MS } as const;
/** Alone with its last writes, before it is switched off. */
const ALONE_MS = { min: 1, max: 2000 } as const;
/** From the other voters' loss of patience with it: they decide on another voter, who catches up, reports, and what is deleted is collected. */
const COLLECTION_MS = 40_000;
/** What its user writes last has numbers of its own. */
const LAST_WRITES = 1_000_000;

/**
 * A machine that is switched off with writes that nobody else has, and comes back weeks later (C9, S8), when the others' leases for it
 * have lapsed and what was deleted meanwhile has been collected.
 *
 * The weeks pass in one step: all machines sleep through them, so that their wall clocks leap and no timer is due. What is collected
 * after that takes as long as ever.
 */
export class LongAbsence {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #struck: (machine: Machine) => void;
  /** When the machine is switched on again. */
  #until: number | undefined;
  #hasReturned = false;
  #sleptMs = 0;

  /** @param struck told when a machine returns that lacks a tombstone which is collected by then */
  constructor(world: World, machines: readonly Machine[], struck: (machine: Machine) => void) {
    this.#world = world;
    this.#machines = machines;
    this.#struck = struck;
  }

  /** How much longer somebody is away. */
  get remainingMs(): number {
    return Math.max(0, (this.#until ?? 0) - this.#world.clock.now);
  }

  /** How far the wall clocks have leapt while all slept. */
  get sleptMs(): number {
    return this.#sleptMs;
  }

  /** Once a run: its costs are minutes. */
  begin(machine: Machine): void {
    const { clock, plan, network, streams } = this.#world;
    const { replicator } = machine;
    if (this.#until !== undefined || replicator === undefined) return;
    const random = streams.of("details of long-absence");
    const aloneMs = random.real(ALONE_MS.min, ALONE_MS.max);
    const until = clock.now + aloneMs + plan.voterSwapMs + COLLECTION_MS;
    this.#until = until;
    const [written, deleted] = plan.isRewriting ? [REWRITTEN_ID] : random.shuffled(plan.ids);
    const entry = { id: written!, vector: new Float32Array([LAST_WRITES, 0]), metadata: { n: LAST_WRITES } };
    machine.operations.trackWrite("last write", "one", replicator.write(entry, { consistency: "one" }));
    for (const other of this.#machines) {
      // What is to be written again must be known to those that stay.
      if (other !== machine && !plan.isRewriting) clock.schedule(aloneMs, network.part(machine.index, other.index));
    }
    clock.schedule(aloneMs, () => {
      machine.switchOff();
      this.#sleep(LEASE_MS + random.real(LATE_MS.min, LATE_MS.max));
      if (plan.isRewriting)
        new Rewriting(this.#world, this.#machines).begin(machine, until, () => this.#return(machine));
      else this.#delete(machine, deleted ?? written!);
    });
    clock.schedule(until - clock.now, () => this.#return(machine));
  }

  #sleep(ms: number): void {
    this.#sleptMs += ms;
    for (const { wall } of this.#machines) wall.aheadMs += ms;
  }

  /** All others: who is not connected has it deleted, too. */
  #delete(machine: Machine, id: string): void {
    for (const { replicator, operations } of this.#machines) {
      if (replicator === undefined) continue;
      const call = replicator.delete(id, { consistency: "one" });
      operations.trackWrite(`delete ${id} while ${machine.name} is away`, "one", call);
    }
  }

  /** Once: what is deleted may have been collected long before the time that this can take. */
  #return(machine: Machine): void {
    if (this.#hasReturned) return;
    this.#hasReturned = true;
    this.#until = this.#world.clock.now;
    const known: ReadonlySet<DotName> = coveredOn(machine.disk.image);
    const lacks = [...this.#world.ledger.collected.keys()].some((dot) => !known.has(dot));
    if (lacks && machine.disk.image.size > 0) this.#struck(machine);
    machine.switchOn();
  }
}
