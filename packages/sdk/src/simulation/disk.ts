import type { CommitBatch, Durability, Store } from "../ports/storage.ts";
import type { Life, VirtualClock } from "./clock.ts";
import type { DeviceId } from "../core/node-id.ts";
import { replicationError } from "../core/replication-error.ts";
import type { SeededRandom } from "./random.ts";

export interface DiskSpeed {
  /** Milliseconds that a commit or a read takes at most. */
  readonly maxMs: number;
}

export type DiskImage = ReadonlyMap<string, Uint8Array>;

/** What watches a disk: told before a batch shows, and when what is there cannot be lost any more. */
export interface DiskWatcher {
  applying(disk: Disk, batch: CommitBatch): void;
  durable(disk: Disk): void;
}

/** One store's disk: outlives its processes, and forgets at a power cut what was committed relaxed and not flushed since (D2). */
export class Disk {
  readonly name: string;
  readonly deviceId: DeviceId;
  /** Commits that put something are refused. */
  full = false;
  /** A bit of some record has decayed, and may be found out at any time, whoever the store belongs to by then. */
  hasFlips = false;
  /** Called when a record in which a bit has decayed has been replaced or deleted. */
  onDamageGone: ((key: string) => void) | undefined;
  readonly #damaged = new Map<string, Uint8Array>();
  /** Called once, when the next strict commit is on the disk and nobody has been told yet. */
  afterStrictCommit: (() => void) | undefined;
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #speed: DiskSpeed;
  readonly #watcher: DiskWatcher;
  #image: Map<string, Uint8Array> = new Map();
  #flushed: Map<string, Uint8Array> = new Map();
  /** Relaxed commits since the last strict one. */
  #cached: CommitBatch[] = [];

  constructor(
    name: string,
    deviceId: DeviceId,
    world: { clock: VirtualClock; random: SeededRandom; speed: DiskSpeed; watcher: DiskWatcher },
  ) {
    this.name = name;
    this.deviceId = deviceId;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#speed = world.speed;
    this.#watcher = world.watcher;
  }

  /** All that is committed. */
  get image(): DiskImage {
    return this.#image;
  }

  /** What no power cut can take. */
  get flushed(): DiskImage {
    return this.#flushed;
  }

  open(life: Life): Store {
    return new DiskStore(this, this.#clock, life, () => this.#random.real(0, this.#speed.maxMs));
  }

  /** @throws ReplicationError `storage-full` */
  commit(batch: CommitBatch, durability: Durability): void {
    if (this.full && batch.puts.length > 0) throw replicationError("storage-full", "The simulated disk is full.", {});
    this.#watcher.applying(this, batch);
    apply(this.#image, batch);
    this.#noteDamageGone();
    this.#cached.push(batch);
    if (durability === "strict") this.#flush();
  }

  /** Loses all but the first `kept` relaxed commits. Returns how many were lost. */
  powerCut(kept: number): number {
    const lost = this.#cached.splice(kept).length;
    this.#flush();
    this.#image = new Map(this.#flushed);
    for (const [key, bytes] of this.#damaged) if (this.#image.get(key) !== bytes) this.#damaged.delete(key);
    return lost;
  }

  get cachedCommits(): number {
    return this.#cached.length;
  }

  /** A bit of one record decays, under the open store. */
  flip(key: string, bit: number): void {
    this.hasFlips = true;
    const damaged = this.#image.get(key)!.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    this.#image.set(key, damaged);
    this.#damaged.set(key, damaged);
    if (this.#flushed.has(key)) this.#flushed.set(key, damaged);
  }

  /** The user restores a backup, or the browser evicts the store (an empty image). */
  replace(image: DiskImage, hasFlips: boolean): void {
    this.hasFlips = hasFlips;
    this.#damaged.clear();
    this.#image = new Map(image);
    this.#flushed = new Map(image);
    this.#cached = [];
  }

  #noteDamageGone(): void {
    for (const [key, bytes] of this.#damaged) {
      if (this.#image.get(key) === bytes) continue;
      this.#damaged.delete(key);
      this.onDamageGone?.(key);
    }
  }

  #flush(): void {
    for (const batch of this.#cached.splice(0)) apply(this.#flushed, batch);
    this.#watcher.durable(this);
  }
}

function apply(image: Map<string, Uint8Array>, { puts, deletes }: CommitBatch): void {
  for (const [key, value] of puts) image.set(key, value);
  for (const key of deletes) image.delete(key);
}

class DiskStore implements Store {
  readonly replicaName: string;
  readonly deviceId: DeviceId;
  readonly #disk: Disk;
  readonly #clock: VirtualClock;
  readonly #life: Life;
  readonly #delay: () => number;
  #lastCommit: Promise<unknown> = Promise.resolve();
  #busyUntil = 0;

  constructor(disk: Disk, clock: VirtualClock, life: Life, delay: () => number) {
    this.replicaName = disk.name;
    this.deviceId = disk.deviceId;
    this.#disk = disk;
    this.#clock = clock;
    this.#life = life;
    this.#delay = delay;
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    await this.#clock.sleep(this.#delay(), this.#life);
    return keys.map((key) => this.#disk.image.get(key)?.slice());
  }

  async *scan(prefix: string): AsyncGenerator<(readonly [string, Uint8Array])[], void> {
    await this.#clock.sleep(this.#delay(), this.#life);
    const keys = [...this.#disk.image.keys()].filter((key) => key.startsWith(prefix)).sort();
    if (keys.length > 0) yield keys.map((key) => [key, this.#disk.image.get(key)!.slice()] as const);
  }

  /** It shows on the disk some time before the promise resolves, as on a real one. */
  commit(batch: CommitBatch, durability: Durability): Promise<void> {
    const copy: CommitBatch = {
      puts: batch.puts.map(([key, value]) => [key, value.slice()] as const),
      deletes: [...batch.deletes],
    };
    const appliedAt = Math.max(this.#busyUntil, this.#clock.now + this.#delay());
    this.#busyUntil = appliedAt + this.#delay();
    const done = new Promise<void>((resolve, reject) => {
      this.#clock.schedule(appliedAt - this.#clock.now, () => {
        // The process died before its request reached the disk.
        if (this.#life.ended) return;
        let failure: Error | undefined;
        try {
          this.#disk.commit(copy, durability);
        } catch (error) {
          failure = error instanceof Error ? error : new Error(String(error));
        }
        if (durability === "strict" && failure === undefined) {
          const then = this.#disk.afterStrictCommit;
          this.#disk.afterStrictCommit = undefined;
          then?.();
        }
        const answer = (): void => (failure === undefined ? resolve() : reject(failure));
        this.#clock.schedule(this.#busyUntil - this.#clock.now, answer, this.#life);
      });
    });
    this.#lastCommit = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    await this.#lastCommit;
  }

  async erase(): Promise<void> {
    await this.#lastCommit;
    this.#disk.replace(new Map(), false);
  }

  onLost(): void {}
}
