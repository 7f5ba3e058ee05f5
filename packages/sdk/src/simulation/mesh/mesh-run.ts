import { isReplicationError } from "../../core/replication-error.ts";
import type { NodeId } from "../../core/node-id.ts";
import { VirtualClock } from "../clock.ts";
import { Streams } from "../streams.ts";
import { type GraphFigures, graphFigures } from "./mesh-graph.ts";
import { MeshedReplica, type MeshWorld } from "./meshed-replica.ts";
import { SimulatedChannels } from "./simulated-channels.ts";
import { SimulatedSignaling } from "./simulated-signaling.ts";
import { type Spread, SpreadWatch } from "./spread.ts";

export interface MeshRunOptions {
  readonly seed: number;
  readonly replicas: number;
  /** Writes of random replicas in each measurement, one after the other. */
  readonly writes: number;
  /** Told each part of the figures when it has been measured: a large mesh takes its time. */
  readonly measured?: (part: Partial<MeshFigures>) => void;
}

/** What became of some writes, each by a random replica. */
export interface WriteFigures {
  readonly replicas: number;
  /** Replicas beside the writer that each write reached, by the time it was given. */
  readonly reached: readonly number[];
  readonly lastArrivalMs: readonly number[];
  readonly hops: readonly number[];
  /** How often the bytes of each write arrived at anybody, for each replica beside the writer. */
  readonly transmissions: readonly number[];
}

export interface QuorumFigures {
  /** How long each acknowledged write took. */
  readonly ms: readonly number[];
  /** The codes of those that failed. */
  readonly failures: readonly string[];
  /** How many were by a replica without a connection to any other voter. */
  readonly fromAfar: number;
}

/** For each replica and minute at rest: sent and received (`traffic-meter.ts`). */
export interface IdleFigures {
  readonly frames: number;
  readonly frameBytes: number;
  readonly signalingBytes: number;
}

/** Of those that are left: what they are connected by at that moment, and what a while later, and then their writes. */
export interface LossFigures {
  readonly atOnce: GraphFigures;
  readonly later: GraphFigures;
  readonly writes: WriteFigures;
}

export interface MeshFigures {
  readonly graph: GraphFigures;
  /** RTCPeerConnections that each replica has made by the time when all have joined. */
  readonly connectionsMade: number;
  readonly writes: WriteFigures;
  readonly quorum: QuorumFigures;
  readonly idle: IdleFigures;
  /** A tenth has closed its pages at once; voters are spared, here and below. */
  readonly leaving: LossFigures;
  /** Three tenths of the rest have died at once. */
  readonly dying: LossFigures;
  readonly events: number;
}

const SECOND = 1000;
const MINUTE: number = 60 * SECOND;
/** The rest joins within a minute, each at a random time: a lecture hall's speed. */
const JOINING_MS = MINUTE;
const FOUNDERS = 3;
/** Writes come one after the other; each has so long to reach all. */
const WRITE_EVERY_MS: number = 5 * SECOND;
/** Far more than any legitimate run takes. */
const MAX_EVENTS = 1e9;

/** One simulated mesh, from its founding to the death of a third of it. */
export class MeshRun {
  readonly #options: MeshRunOptions;
  readonly #world: MeshWorld;
  readonly #replicas = new Set<MeshedReplica>();

  constructor(options: MeshRunOptions) {
    this.#options = options;
    const clock = new VirtualClock();
    const streams = new Streams(options.seed);
    this.#world = {
      clock,
      streams,
      signaling: new SimulatedSignaling(clock, streams.of("signaling")),
      channels: new SimulatedChannels(clock, streams.of("channels")),
      spreads: new SpreadWatch(),
    };
  }

  async measure(): Promise<MeshFigures> {
    await this.#found();
    await this.#gather();
    const made = this.#world.channels.opened / this.#options.replicas;
    const graph = this.#tell("graph", this.#graph());
    const connectionsMade = this.#tell("connectionsMade", made);
    const writes = this.#tell("writes", await this.#writes("writes"));
    const quorum = this.#tell("quorum", await this.#quorumWrites());
    const idle = this.#tell("idle", await this.#idle());
    const leaving = await this.#lose("a tenth leaves", 0.1, (replica) => void replica.leave(), SECOND, MINUTE);
    this.#tell("leaving", leaving);
    const dying = await this.#lose("three tenths die", 0.3, (replica) => replica.die(), 20 * SECOND, 2 * MINUTE);
    this.#tell("dying", dying);
    const events = this.#tell("events", this.#world.clock.events);
    return { graph, connectionsMade, writes, quorum, idle, leaving, dying, events };
  }

  #tell<K extends keyof MeshFigures>(name: K, figures: MeshFigures[K]): MeshFigures[K] {
    this.#options.measured?.({ [name]: figures });
    return figures;
  }

  /** Virtual time goes by. */
  async #pass(ms: number): Promise<void> {
    const { clock } = this.#world;
    await clock.runUntil(clock.now + ms, MAX_EVENTS);
  }

  /** Work that needs virtual time, and at most so much. */
  async #within<T>(ms: number, work: Promise<T>): Promise<T> {
    const { clock } = this.#world;
    const state = { isDone: false };
    const watched = work.finally(() => (state.isDone = true));
    // What it rejects with is thrown below, when it is its turn.
    watched.catch(() => undefined);
    for (let left = ms; left > 0 && !state.isDone; left--) await this.#pass(1);
    if (!state.isDone) throw new Error(`Still not done after ${ms} ms, at ${clock.now} of virtual time`);
    return watched;
  }

  async #found(): Promise<void> {
    for (let i = 0; i < FOUNDERS; i++) await this.#within(MINUTE, this.#join(`founder ${i}`));
    await this.#pass(10 * SECOND);
    const [founder] = this.#replicas;
    await this.#within(MINUTE, founder!.replicator.write({ id: "founding", vector: Float32Array.of(1, 0) }));
  }

  async #gather(): Promise<void> {
    const { clock, streams } = this.#world;
    const random = streams.of("joining");
    for (let i = FOUNDERS; i < this.#options.replicas; i++)
      clock.schedule(random.real(0, JOINING_MS), () => void this.#join(`replica ${i}`));
    await this.#pass(JOINING_MS + MINUTE);
  }

  async #join(name: string): Promise<void> {
    this.#replicas.add(await MeshedReplica.join(this.#world, name));
  }

  async #writes(purpose: string): Promise<WriteFigures> {
    const { clock, streams, spreads } = this.#world;
    const random = streams.of(purpose);
    const followed: Spread[] = [];
    for (let i = 0; i < this.#options.writes; i++) {
      const writer = random.pick([...this.#replicas]);
      const entry = { id: `${purpose} ${i}`, vector: Float32Array.of(1, i) };
      followed.push(spreads.follow(entry.id, writer.nodeId, clock.now));
      await this.#within(SECOND, writer.replicator.write(entry, { consistency: "one" }));
      await this.#pass(WRITE_EVERY_MS);
    }
    const others = this.#replicas.size - 1;
    const arrivals = followed.flatMap((spread) => [...spread.arrivals.values()]);
    return {
      replicas: this.#replicas.size,
      reached: followed.map((spread) => spread.arrivals.size),
      lastArrivalMs: followed.map(({ sentAt, arrivals: all }) =>
        Math.max(0, ...[...all.values()].map(({ at }) => at - sentAt)),
      ),
      hops: arrivals.map(({ hops }) => hops),
      transmissions: followed.map((spread) => spread.transmissions / others),
    };
  }

  async #quorumWrites(): Promise<QuorumFigures> {
    const { clock, streams } = this.#world;
    const random = streams.of("quorum writes");
    const voters = await this.#voters();
    const ms: number[] = [];
    const failures: string[] = [];
    let fromAfar = 0;
    for (let i = 0; i < this.#options.writes; i++) {
      const writer = random.pick([...this.#replicas].filter((replica) => !voters.has(replica.nodeId)));
      if (![...writer.links].some((peer) => voters.has(peer))) fromAfar++;
      const startedAt = clock.now;
      const writing = writer.replicator.write({ id: `quorum ${i}`, vector: Float32Array.of(2, i) });
      try {
        await this.#within(MINUTE, writing);
        ms.push(clock.now - startedAt);
      } catch (error) {
        if (!isReplicationError(error)) throw error;
        failures.push(error.code);
      }
    }
    return { ms, failures, fromAfar };
  }

  /** After what was written has come to rest. */
  async #idle(): Promise<IdleFigures> {
    await this.#pass(MINUTE);
    const before = this.#traffic();
    await this.#pass(MINUTE);
    const after = this.#traffic();
    const count = this.#replicas.size;
    return {
      frames: (after.frames - before.frames) / count,
      frameBytes: (after.frameBytes - before.frameBytes) / count,
      signalingBytes: (after.signalingBytes - before.signalingBytes) / count,
    };
  }

  #traffic(): IdleFigures {
    const total = { frames: 0, frameBytes: 0, signalingBytes: 0 };
    for (const { meter } of this.#replicas) {
      total.frames += meter.frames;
      total.frameBytes += meter.frameBytes;
      total.signalingBytes += meter.signalingBytes;
    }
    return total;
  }

  async #lose(
    purpose: string,
    share: number,
    how: (replica: MeshedReplica) => void,
    noticedMs: number,
    mendedMs: number,
  ): Promise<LossFigures> {
    const voters = await this.#voters();
    const learners = [...this.#replicas].filter(({ nodeId }) => !voters.has(nodeId));
    const lost = this.#world.streams
      .of(purpose)
      .shuffled(learners)
      .slice(0, Math.round(share * this.#replicas.size));
    for (const replica of lost) {
      this.#replicas.delete(replica);
      how(replica);
    }
    const atOnce = this.#graph();
    await this.#pass(noticedMs + mendedMs);
    return { atOnce, later: this.#graph(), writes: await this.#writes(`writes when ${purpose}`) };
  }

  async #voters(): Promise<ReadonlySet<NodeId>> {
    const [founder] = this.#replicas;
    const infos = await this.#within(SECOND, founder!.replicator.replicas());
    return new Set(infos.filter(({ role }) => role === "voter").map(({ id }) => id));
  }

  /** Of connections between those that are there. */
  #graph(): GraphFigures {
    const links = new Map([...this.#replicas].map(({ nodeId, links: peers }) => [nodeId, peers] as const));
    const own = [...links].map(
      ([nodeId, peers]) => [nodeId, new Set([...peers].filter((peer) => links.has(peer)))] as const,
    );
    return graphFigures(new Map(own));
  }
}
