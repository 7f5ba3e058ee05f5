import { Line, type LineQuality, type Terminal } from "./line.ts";
import type { TransportAdapter, TransportSession } from "../ports/transport.ts";
import type { Life, VirtualClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";
import { Station } from "./station.ts";

export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Quality of the line between two machines. */
  readonly quality: (a: number, b: number) => LineQuality;
  /** Which of them may connect where neither has asked for the other (T7); left out: all. */
  readonly knows?: ((a: number, b: number) => boolean) | undefined;
  readonly delivered: (from: number, to: number, bytes: Uint8Array) => void;
}

/** From the loss of a connection to a new attempt. */
const REDIAL_MS = { min: 20, max: 1500 } as const;
/** From the loss of a peer without a goodbye to its being noticed: pings go every few seconds. */
const NOTICE_MS = { min: 100, max: 12_000 } as const;

/** A room's network: dials whoever can reach each other, and breaks what it is told to break. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #stations = new Set<Station>();
  readonly #lines = new Set<Line>();
  readonly #dialling = new Set<string>();
  /** Machines in different groups cannot reach each other. Those in no group can reach all. */
  #groups: readonly ReadonlySet<number>[] = [];
  readonly #parted = new Set<readonly [number, number]>();
  /** Until when. */
  readonly #starving = new Map<number, number>();
  /** Until when nothing arrives, of pairs in one direction. */
  readonly #held: { readonly from: number; readonly to: number; readonly until: number }[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  transport(machine: number, life: Life): TransportAdapter {
    return {
      join: (identity, events): Promise<TransportSession> => {
        const station = new Station(machine, life, identity, events);
        this.#stations.add(station);
        this.#seek();
        return Promise.resolve({
          prefer: (nodeIds) => {
            station.preferred = nodeIds;
            this.#seek();
          },
          stop: () => {
            this.#leave(station);
            return Promise.resolve();
          },
        });
      },
    };
  }

  /** Machines know others now: what joins those that know each other no more is given up. */
  acquaintanceChanged(): void {
    for (const line of this.lines) {
      const [a, b] = line.ends;
      if (!this.#knows(a.station, b.station)) this.breakLine(line);
    }
    this.#seek();
  }

  /** Lines that are open, in the order of their making. */
  get lines(): readonly Line[] {
    return [...this.#lines].filter((line) => !line.cut);
  }

  /** The line of two machines of which both know. */
  lineBetween(a: number, b: number): Line | undefined {
    const joins = ({ ends }: Line): boolean =>
      ends.every((end) => end.announced) && [a, b].every((index) => ends.some((end) => end.station.machine === index));
    return this.lines.find(joins);
  }

  /** Every line between groups breaks, and none is made until `heal`. */
  partition(...groups: readonly (readonly number[])[]): void {
    this.#groups = groups.map((group) => new Set(group));
    for (const station of this.#stations) station.twins.clear();
    this.#breakUnreachable();
    this.#seek();
  }

  /** No line breaks any more but by itself. */
  disarm(): void {
    for (const line of this.#lines) line.onDeparture = undefined;
  }

  heal(): void {
    this.#parted.clear();
    this.#starving.clear();
    this.partition();
  }

  #breakUnreachable(): void {
    for (const line of this.lines) {
      const [a, b] = line.ends;
      if (!this.#reachable(a.station.machine, b.station.machine)) this.breakLine(line);
    }
  }

  /** In the middle of whatever it carries. */
  breakLine(line: Line): void {
    line.breakOff("the connection was lost", () => this.#options.random.real(NOTICE_MS.min, NOTICE_MS.max));
  }

  /** Nothing gets through in one direction; the other goes on until both sides give the connection up. */
  muteLine(line: Line): void {
    const { clock, random } = this.#options;
    const victim = random.pick(line.ends);
    const forMs = random.real(NOTICE_MS.min, NOTICE_MS.max);
    victim.deafUntil = clock.now + forMs;
    clock.schedule(forMs, () => this.breakLine(line));
  }

  /** Breaks while the next message is under way: what was sent before it arrives, it does not, and its sender cannot know. */
  cutInFlight(line: Line, then: () => void): void {
    line.onDeparture = () => {
      line.onDeparture = undefined;
      this.breakLine(line);
      then();
    };
  }

  /** A new connection takes the place of a good one, which each side learns at a moment of its own. */
  replaceLine(line: Line): void {
    const [a, b] = line.ends.map((end) => [...this.#stations].find((station) => station === end.station));
    if (a !== undefined && b !== undefined) this.#connect(a, b);
  }

  /** For a while, messages take seconds in one direction. */
  delayLine(line: Line): void {
    const { clock, random } = this.#options;
    const victim = random.pick(line.ends);
    victim.delayMs = random.real(50, 4000);
    clock.schedule(random.real(100, 10_000), () => {
      victim.delayMs = 0;
    });
  }

  /** One side can hand nothing over for a while: it queues, as `queuedBytes` says. */
  blockLine(line: Line): void {
    const { random } = this.#options;
    random.pick(line.ends).block(random.real(10, 8000));
  }

  /** What comes to a machine comes so slowly that nothing but control messages gets through for a while (T3). */
  starve(machine: number, forMs: number): void {
    this.#starving.set(machine, this.#options.clock.now + forMs);
    for (const line of this.lines) this.#tellStarved(line);
  }

  #tellStarved({ ends }: Line): void {
    for (const end of ends) end.starvesUntil = this.#starving.get(end.remote.station.machine) ?? 0;
  }

  /** Nothing arrives from one machine at another for a while, and then all of it, also on connections that are made meanwhile. */
  hold(from: number, to: number, forMs: number): void {
    this.#held.push({ from, to, until: this.#options.clock.now + forMs });
    for (const line of this.lines) this.#deafen(line);
  }

  #deafen({ ends }: Line): void {
    for (const end of ends)
      for (const { from, to, until } of this.#held)
        if (end.station.machine === to && end.remote.station.machine === from)
          end.deafUntil = Math.max(end.deafUntil, until);
  }

  /** Two machines cannot reach each other until the returned function is called, or all is healed. */
  part(a: number, b: number): () => void {
    const pair = [a, b] as const;
    this.#parted.add(pair);
    this.#breakUnreachable();
    return () => {
      this.#parted.delete(pair);
      this.#seek();
    };
  }

  /** Nothing gets through in one direction for a while, and then all of it. */
  stallLine(line: Line): void {
    const { clock, random } = this.#options;
    random.pick(line.ends).deafUntil = clock.now + random.real(10, 8000);
  }

  /** A process has died: its peers hear no goodbye. */
  vanish(life: Life): void {
    for (const station of this.#stations) if (station.life === life) this.#stations.delete(station);
    for (const line of this.lines) {
      if (line.ends.some((end) => end.station.life === life)) this.breakLine(line);
    }
  }

  #leave(station: Station): void {
    if (station.left) return;
    const ends = this.lines.flatMap((line) => line.ends).filter((end) => end.station === station);
    station.left = true;
    this.#stations.delete(station);
    for (const end of ends) end.close("the peer left the room");
    this.#seek();
  }

  #reachable(a: number, b: number): boolean {
    for (const pair of this.#parted) if (pair.includes(a) && pair.includes(b) && a !== b) return false;
    return this.#groups.every((group) => group.has(a) === group.has(b));
  }

  /** Both stores with one NodeId are told of each other, once for each time that they come within reach. */
  #meetTwin(a: Station, b: Station): void {
    const { clock, random } = this.#options;
    if (a.twins.has(b) || !this.#reachable(a.machine, b.machine)) return;
    a.twins.add(b);
    b.twins.add(a);
    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const)
      clock.schedule(random.real(1, 50), () => here.twin(there.identity.openedAt), here.life);
  }

  /** Dials every pair that is in the room, can reach each other and has no connection. */
  #seek(): void {
    const stations = [...this.#stations];
    for (const [i, a] of stations.entries()) {
      for (const b of stations.slice(i + 1)) {
        if (a.nodeId === b.nodeId) this.#meetTwin(a, b);
        else this.#dial(a, b);
      }
    }
  }

  #dial(a: Station, b: Station): void {
    const { clock, random } = this.#options;
    const pair = [a.nodeId, b.nodeId].sort().join(" ");
    if (!this.#wantsLine(a, b) || this.#dialling.has(pair)) return;
    this.#dialling.add(pair);
    clock.schedule(random.real(REDIAL_MS.min, REDIAL_MS.max), () => {
      this.#dialling.delete(pair);
      if (this.#wantsLine(a, b)) this.#connect(a, b);
      else this.#seek();
    });
  }

  #wantsLine(a: Station, b: Station): boolean {
    if (!a.isThere || !b.isThere || a.nodeId === b.nodeId || !this.#reachable(a.machine, b.machine)) return false;
    if (!this.#knows(a, b)) return false;
    for (const line of this.lines) {
      const joins = line.ends.every((end) => end.station === a || end.station === b);
      if (joins && line.ends.some((end) => !end.closed)) return false;
    }
    return true;
  }

  #knows(a: Terminal, b: Terminal): boolean {
    const { knows } = this.#options;
    const isPreferred = [a, b].some(({ preferred }, i) => preferred.has([b, a][i]!.nodeId));
    return knows === undefined || isPreferred || knows(a.machine, b.machine);
  }

  #connect(a: Station, b: Station): void {
    const { clock, random, delivered } = this.#options;
    const quality = this.#options.quality(a.machine, b.machine);
    const ended = (line: Line): void => {
      if (line.ends.every((end) => end.closed || !end.station.isThere)) this.#lines.delete(line);
      this.#seek();
    };
    const line = new Line(a, b, { clock, random, quality, delivered, ended });
    this.#lines.add(line);
    this.#tellStarved(line);
    for (const end of line.ends) {
      const inMs = random.real(0, quality.latencyMs + quality.jitterMs);
      end.deafUntil = clock.now + inMs;
      clock.schedule(inMs, () => end.announce(), end.station.life);
    }
    this.#deafen(line);
  }
}
