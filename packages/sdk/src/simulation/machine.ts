import { Disk, type DiskImage } from "./disk.ts";
import { isReplicationError } from "../core/replication-error.ts";
import type { DeviceId } from "../core/node-id.ts";
import { isGarbled, lacksPart } from "./damage-oracle.ts";
import { FlipOracle } from "./flip-oracle.ts";
import type { Life } from "./clock.ts";
import { Operations } from "./operations.ts";
import { Mirror } from "./mirror.ts";
import { nodeIdOf } from "./stored-image.ts";
import { FOR_GOOD } from "./ledger.ts";
import { resolutionFor } from "./resolver.ts";
import { SimulatedReplicator } from "./simulated-replicator.ts";
import { simulatedRuntime, type WallClock } from "./runtime.ts";
import type { SeededRandom } from "./random.ts";
import { VERSION_PREFIX } from "../core/store-layout.ts";
import type { World } from "./world.ts";

const ROOM = "room";
/** From the opening of a replica to that of the reader of its changes, at most. */
const LATEST_READER_MS = 10_000;

/** What a disk held at some time, damage included. */
export interface Backup {
  readonly image: DiskImage;
  readonly isTorn: boolean;
  readonly hasFlips: boolean;
}

/** One replica's machine: a disk and a wall clock that last, and a process that comes and goes. */
export class Machine {
  readonly index: number;
  readonly disk: Disk;
  readonly wall: WallClock;
  readonly operations: Operations;
  /** A backup of what is damaged is damaged. */
  readonly backups: Backup[] = [];
  readonly mirror: Mirror = new Mirror();
  /** What is on the disk has been damaged, and not been opened since: nobody answers for it. */
  isTorn = false;
  /** Records are gone from the disk, and it has not been opened since. */
  #lacksPart = false;
  /** How often the disk has been damaged under a process. */
  #damages = 0;
  readonly #flips: FlipOracle;
  readonly #world: World;
  #isOff = false;
  #life: Life | undefined;
  #replicator: SimulatedReplicator | undefined;
  #started = false;

  constructor(world: World, index: number, deviceId: DeviceId, aheadMs: number) {
    const { clock, streams, ledger, plan } = world;
    const name = `r${index}`;
    this.#world = world;
    this.index = index;
    this.disk = new Disk(name, deviceId, {
      clock,
      random: streams.of(`disk of ${name}`),
      speed: { maxMs: plan.diskMaxMs },
      watcher: ledger,
    });
    this.#flips = new FlipOracle(world, this.disk);
    this.wall = { aheadMs };
    this.operations = new Operations(world, this);
  }

  get name(): string {
    return this.disk.name;
  }

  /** The process that runs, open or not. */
  get life(): Life | undefined {
    return this.#life;
  }

  /** The open replicator. */
  get replicator(): SimulatedReplicator | undefined {
    return this.#replicator;
  }

  get isStarted(): boolean {
    return this.#started;
  }

  /** Starts a process on this machine, unless one runs or it is switched off. */
  open(): void {
    if (this.#life !== undefined || this.#isOff) return;
    const { clock, streams, network, plan, trace } = this.#world;
    const life: Life = { ended: false, frozenUntil: 0 };
    this.#life = life;
    const runtime = simulatedRuntime(clock, this.wall, streams.of(`random bytes of ${this.name}`), life);
    const transport = network.transport(this.index, life);
    const storage = { open: () => Promise.resolve(this.disk.open(life)) };
    const damages = this.#damages;
    const mustTell = this.#lacksPart || isGarbled(this.disk.image);
    this.#lacksPart = false;
    trace.note(() => `${this.name} opens`);
    const opening = SimulatedReplicator.open(
      {
        room: ROOM,
        dimensions: 2,
        replicationFactor: plan.replicationFactor,
        distinctDevices: plan.distinctDevices,
        conflictResolution: resolutionFor(plan.mode),
        timeoutMs: plan.timeoutMs,
        syncIntervalMs: plan.syncIntervalMs,
        batchSize: plan.batchSize,
        maxBytesPerSecond: plan.maxBytesPerSecond,
        compression: plan.compression,
        voterExpiryMs: plan.voterExpiryMs,
      },
      { storage: () => storage, transport: () => transport, runtime },
      plan.voterSwapMs,
    );
    this.operations.track("open", opening, (replicator) => {
      this.#replicator = replicator;
      // What has been damaged while it was being read is not found by reading it.
      if (this.#damages === damages) this.isTorn = false;
      trace.note(() => `${this.name} is ${replicator.nodeId.slice(0, 4)}`);
      this.#flips.listen(replicator, life);
      if (mustTell) this.#expectDamageTold(replicator, life);
      this.#follow(replicator);
      this.start();
    });
    opening.catch((error: unknown) => {
      // A store cannot be created on a full disk; it is tried again later.
      if (!(isReplicationError(error) && error.code === "storage-full"))
        this.#world.ledger.violation(`${this.name} does not open: ${String(error)}`);
      this.#end();
    });
  }

  start(): void {
    if (this.#replicator === undefined) return;
    this.#started = true;
    this.#world.trace.note(() => `${this.name} starts`);
    this.operations.track("start", this.#replicator.start());
  }

  stop(): void {
    if (this.#replicator === undefined) return;
    this.#started = false;
    this.#world.trace.note(() => `${this.name} stops`);
    this.operations.track("stop", this.#replicator.stop());
  }

  /** Closes as a user does. */
  close(): void {
    const replicator = this.#replicator;
    if (replicator === undefined) return;
    this.#world.trace.note(() => `${this.name} closes`);
    this.#replicator = undefined;
    this.#started = false;
    this.operations.track("close", replicator.close(), () => this.#end());
  }

  /** The process dies. What it had committed, relaxed or not, is there for the next one, as long as the power is. */
  die(): void {
    const life = this.#life;
    if (life === undefined) return;
    this.#end();
    this.#world.network.vanish(life);
    this.#world.trace.note(() => `${this.name} dies`);
  }

  /** The process dies, and none is started until the machine is switched on. */
  switchOff(): void {
    this.die();
    this.#isOff = true;
    this.#world.trace.note(() => `${this.name} is switched off`);
  }

  switchOn(): void {
    this.#isOff = false;
    this.open();
  }

  /** The whole machine dies. `keptCommits`: how many of the relaxed commits are found again. */
  loseUnflushed(keptCommits: number): void {
    this.die();
    const lost = this.disk.powerCut(keptCommits);
    this.#world.ledger.replaced(this.disk);
    this.#world.trace.note(() => `${this.name} loses ${lost} relaxed commits`);
  }

  backUp(): Backup {
    return { image: new Map(this.disk.flushed), isTorn: this.isTorn, hasFlips: this.disk.hasFlips };
  }

  /** From now on nobody can count on what this store held. */
  markLost(at: number = this.#world.clock.now): void {
    const nodeId = nodeIdOf(this.disk.flushed);
    if (nodeId !== undefined) this.#world.ledger.storeLost(nodeId, at);
  }

  /** The store's content becomes another, from outside; the process must be dead. */
  replaceStore({ image, isTorn, hasFlips }: Backup): void {
    this.isTorn = isTorn;
    this.#lacksPart = false;
    this.markLost();
    this.disk.replace(image, hasFlips);
    this.mirror.reset();
    this.#world.ledger.replaced(this.disk);
  }

  /** The process dies and some of what it has stored is torn or gone. */
  tear(image: DiskImage): void {
    this.die();
    const lacked = this.#lacksPart || lacksPart(this.disk.flushed, image);
    this.replaceStore({ image, isTorn: true, hasFlips: this.disk.hasFlips });
    this.#lacksPart = lacked && image.size > 0;
  }

  /** One bit of a stored version decays; the process, if one runs, goes on. Returns whether there was one. */
  flipBit(random: SeededRandom): boolean {
    const keys = [...this.disk.image.keys()].filter((key) => key.startsWith(VERSION_PREFIX));
    if (keys.length === 0) return false;
    const key = random.pick(keys);
    this.markLost(FOR_GOOD);
    this.disk.flip(key, random.integer(0, 8 * this.disk.image.get(key)!.length - 1));
    this.isTorn = true;
    this.#damages++;
    return true;
  }

  /** S1: in the same moment in which its user can listen. */
  #expectDamageTold(replicator: SimulatedReplicator, life: Life): void {
    const { clock, ledger } = this.#world;
    let isTold = false;
    replicator.on("error", ({ error }) => {
      if (error.code === "storage-corrupt") isTold = true;
    });
    const judge = (): void => {
      if (!isTold) ledger.violation(`S1: ${this.name} has opened a damaged store and says nothing of it`);
    };
    clock.schedule(1, judge, life);
  }

  /** Damage that is met while the disk takes no change can neither be read nor be taken out. */
  cannotMend(error: unknown): boolean {
    const isCorrupt = isReplicationError(error) && error.code === "storage-corrupt";
    return isCorrupt && this.disk.hasFlips && this.#world.plan.faults.includes("full-disk");
  }

  /** A reader of changes comes back some time after the replica has, and after it has been refused. */
  #follow(replicator: SimulatedReplicator): void {
    const { clock, streams, ledger } = this.#world;
    const follow = (): void => {
      if (this.#replicator !== replicator) return;
      this.mirror.follow(replicator).catch((error: unknown) => {
        if (this.cannotMend(error)) clock.schedule(LATEST_READER_MS, follow, this.#life);
        else ledger.violation(`${this.name}: reading changes failed: ${String(error)}`);
      });
    };
    clock.schedule(streams.of("readers").real(0, LATEST_READER_MS), follow, this.#life);
  }

  #end(): void {
    if (this.#life !== undefined) this.#life.ended = true;
    this.#life = undefined;
    this.#replicator = undefined;
    this.#started = false;
  }
}
