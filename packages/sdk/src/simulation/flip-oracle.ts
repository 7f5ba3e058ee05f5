import { isCovered, dotNameOfKey, type DotName } from "./stored-image.ts";
import type { Disk } from "./disk.ts";
import type { Life } from "./clock.ts";
import type { Origin } from "../core/node-id.ts";
import type { SimulatedReplicator } from "./simulated-replicator.ts";
import type { World } from "./world.ts";

/**
 * S1: what decays under an open store is told by `storage-corrupt` when it is taken out, with the ids that it was of. What is replaced
 * before anybody has read it is not.
 */
export class FlipOracle {
  readonly #world: World;
  readonly #disk: Disk;
  /** The ids of which the open process has told. */
  #told = new Set<string>();
  #open: { readonly replicator: SimulatedReplicator; readonly life: Life } | undefined;

  constructor(world: World, disk: Disk) {
    this.#world = world;
    this.#disk = disk;
    disk.onDamageGone = (key) => this.#gone(key);
  }

  /** A process has opened the store. */
  listen(replicator: SimulatedReplicator, life: Life): void {
    const told = new Set<string>();
    this.#told = told;
    this.#open = { replicator, life };
    replicator.on("error", ({ error }) => {
      if (error.code === "storage-corrupt") for (const id of error.ids ?? []) told.add(id);
    });
  }

  /** A damaged record has left the disk. */
  #gone(key: string): void {
    const { clock, ledger, plan } = this.#world;
    const name = dotNameOfKey(key);
    const [open, told] = [this.#open, this.#told];
    if (name === undefined || open === undefined || open.life.ended) return;
    const isReplaced = !this.#disk.image.has(key) && isCovered(this.#disk.image, dotOf(name));
    const id = ledger.versions.get(name)?.stamp.id;
    if (isReplaced || id === undefined) return;
    // When the process has been told that the transaction is on the disk: till then nobody may hear of it.
    const graceMs = 2 * plan.diskMaxMs + 1;
    const judgeIn = (ms: number): void => {
      const due = clock.now + ms;
      const judge = (): void => {
        // It was frozen, and has only now begun to hear what has happened.
        if (clock.now > due) judgeIn(graceMs);
        else if (!told.has(id))
          ledger.violation(`S1: ${this.#disk.name} has taken out ${name}, which was damaged, and says nothing of it`);
      };
      clock.schedule(ms, judge, open.life);
    };
    judgeIn(graceMs);
  }
}

function dotOf(name: DotName): { readonly origin: Origin; readonly seq: number } {
  const [origin, seq] = name.split("/");
  return { origin: origin as Origin, seq: Number(seq) };
}
