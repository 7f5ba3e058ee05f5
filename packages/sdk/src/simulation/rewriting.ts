import { heldOn } from "./stored-image.ts";
import type { Machine } from "./machine.ts";
import type { VersionStamp } from "../core/version.ts";
import type { World } from "./world.ts";

/** What is deleted and written again: no user writes it meanwhile. */
export const REWRITTEN_ID = "again";
/** Between two looks at whether a delete has been collected. */
const LOOK_MS = 100;
/** The longest from the partial partition to the delete. */
const PARTED_FIRST_MS = 2000;
/** What is written again has numbers of its own. */
const REWRITES = 2_000_000;

/**
 * A delete that its writer collects, and after which it writes the id again, with a context that names nothing of what came before (C4);
 * another still holds the delete, since it cannot hear all reports. Then a machine comes back that has slept through all of it, and meets
 * them one after another.
 */
export class Rewriting {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  /** Ends the partial partitions. */
  readonly #ends: (() => void)[] = [];
  #rewrites = REWRITES;

  constructor(world: World, machines: readonly Machine[]) {
    this.#world = world;
    this.#machines = machines;
  }

  /**
   * @param away the machine that is switched off, and has written what is deleted
   * @param until when it returns at the latest
   * @param comeBack switches it on
   */
  begin(away: Machine, until: number, comeBack: () => void): void {
    const { streams, clock, network } = this.#world;
    const random = streams.of("details of rewriting");
    const there = this.#machines.filter((machine) => machine !== away && machine.replicator !== undefined);
    const [writer, holder, ...others] = random.shuffled(there);
    if (writer === undefined || holder === undefined) return;
    const look = (): void => {
      if (clock.now > until) this.#heal();
      else if (ofId(writer).length === 0) this.#rewrite(away, writer, comeBack);
      else clock.schedule(LOOK_MS, look);
    };
    // Else it would hear all reports as soon as the one that deletes, and collect at the same time.
    for (const other of others) this.#ends.push(network.part(holder.index, other.index));
    clock.schedule(random.real(0, PARTED_FIRST_MS), () => {
      const call = writer.replicator?.delete(REWRITTEN_ID, { consistency: "one" });
      if (call === undefined) return;
      writer.operations.trackWrite(`delete ${REWRITTEN_ID} while ${away.name} is away`, "one", call);
      clock.schedule(LOOK_MS, look);
    });
  }

  #rewrite(away: Machine, writer: Machine, comeBack: () => void): void {
    const { streams, clock, network } = this.#world;
    const random = streams.of("details of rewriting");
    let inMs = 0;
    for (let n = random.integer(2, 4); n > 0; n--) {
      clock.schedule(inMs, () => this.#write(writer));
      inMs += random.real(0.1, 300);
    }
    const meetsHolderFirst = random.chance(0.8);
    clock.schedule(inMs + random.real(0, 1000), () => {
      const first = meetsHolderFirst
        ? this.#machines.find((machine) => machine !== away && holdsDelete(machine))
        : undefined;
      for (const other of this.#machines) {
        if (other === away || other === first) continue;
        clock.schedule(random.real(0, 8000), network.part(away.index, other.index));
      }
      comeBack();
      clock.schedule(random.real(0, 8000), () => this.#heal());
    });
  }

  #write({ operations, replicator }: Machine): void {
    if (replicator === undefined) return;
    const n = ++this.#rewrites;
    const entry = { id: REWRITTEN_ID, vector: new Float32Array([n, 0]), metadata: { n } };
    operations.trackWrite(
      `write ${REWRITTEN_ID} (#${n}) again`,
      "one",
      replicator.write(entry, { consistency: "one" }),
    );
  }

  #heal(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

/** The writes and deletes of the id that a machine holds. */
function ofId({ disk }: Machine): VersionStamp[] {
  return [...heldOn(disk.image).values()].filter((stamp) => stamp.id === REWRITTEN_ID);
}

function holdsDelete(machine: Machine): boolean {
  return ofId(machine).some((stamp) => stamp.tombstone);
}
