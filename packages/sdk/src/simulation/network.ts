import { Line, type LineQuality } from "./line.ts";
import type { TransportAdapter, TransportSession } from "../ports/transport.ts";
import type { Life, VirtualClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";
import { Station } from "./station.ts";

export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  /** Quality of the line between two machines. */
  readonly quality: (a: number, b: number) => LineQuality;
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
          stop: () => {
            this.#leave(station);
            return Promise.resolve();
          },
        });
      },
    };
  }

  /** Lines that are open, in the order of their making. */
  get lines(): readonly Line[] {
    return [...this.#lines].filter((line) => !line.cut);
  }

  /** Every line between groups breaks, and none is made until `heal`. */
  partition(...groups: readonly (readonly number[])[]): void {
    this.#groups = groups.map((group) => new Set(group));
    for (const station of this.#stations) station.twins.clear();
    for (const line of this.lines) {
      const [a, b] = line.ends;
      if (!this.#reachable(a.station.machine, b.station.machine)) this.breakLine(line);
    }
    this.#seek();
  }

  heal(): void {
    this.partition();
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
    const ends = [...station.ends.values()];
    station.left = true;
    this.#stations.delete(station);
    for (const end of ends) end.close("the peer left the room");
    this.#seek();
  }

  #reachable(a: number, b: number): boolean {
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
      clock.schedule(random.real(1, 50), () => here.twin(there.identity.ageMs()), here.life);
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
    const isOpen = (from: Station, to: Station): boolean => {
      const end = from.ends.get(to.nodeId);
      return end !== undefined && !end.closed && !end.line.cut;
    };
    return !isOpen(a, b) && !isOpen(b, a);
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
    for (const end of line.ends) {
      const inMs = random.real(0, quality.latencyMs + quality.jitterMs);
      end.deafUntil = clock.now + inMs;
      end.station.ends.get(end.peer)?.end("a newer connection");
      end.station.ends.set(end.peer, end);
      clock.schedule(inMs, () => end.announce(), end.station.life);
    }
  }
}
