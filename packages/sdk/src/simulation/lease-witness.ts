import type { Disk } from "./disk.ts";
import type { Life, VirtualClock } from "./clock.ts";
import type { Machine } from "./machine.ts";
import type { NodeId } from "../core/node-id.ts";
import { nodeIdOf } from "./stored-image.ts";

/** The type of `report`, a frame's second byte. */
const REPORT = 46;
/** Stands for whoever reports from no machine of the room: a peer that lies. */
const STRANGER = "stranger" as NodeId;

interface Heard {
  readonly life: Life | undefined;
  readonly aheadMs: number;
  /** When each was first heard. */
  readonly from: Map<NodeId, number>;
}

/**
 * Who has reported to whom, as the wire shows it (C9): whoever has, while the receiver's process lives and its clock does not leap, is
 * leased there, since no run lasts thirty days.
 */
export class LeaseWitness {
  readonly #machines: readonly Machine[];
  readonly #clock: VirtualClock;
  readonly #commitMs: number;
  readonly #heard = new Map<Machine, Heard>();

  /** @param commitMs what a commit takes at most: one that was under way when a report came need not heed it */
  constructor(machines: readonly Machine[], clock: VirtualClock, commitMs: number) {
    this.#machines = machines;
    this.#clock = clock;
    this.#commitMs = commitMs;
  }

  delivered(from: number, to: number, bytes: Uint8Array): void {
    const receiver = this.#machines[to];
    if (bytes[1] !== REPORT || receiver === undefined) return;
    const sender = this.#machines[from];
    const nodeId = sender === undefined ? STRANGER : nodeIdOf(sender.disk.image);
    if (nodeId === undefined) return;
    const { from: heard } = this.#heardBy(receiver);
    if (!heard.has(nodeId)) heard.set(nodeId, this.#clock.now);
  }

  /** Who certainly holds a lease there; there may be more. */
  leasedOn(disk: Disk): ReadonlySet<NodeId> {
    const receiver = this.#machines.find((machine) => machine.disk === disk);
    if (receiver === undefined) return new Set();
    const latest = this.#clock.now - this.#commitMs;
    return new Set([...this.#heardBy(receiver).from].filter(([, at]) => at < latest).map(([nodeId]) => nodeId));
  }

  #heardBy(machine: Machine): Heard {
    const { life, wall } = machine;
    const known = this.#heard.get(machine);
    if (known?.life === life && known?.aheadMs === wall.aheadMs) return known;
    const heard: Heard = { life, aheadMs: wall.aheadMs, from: new Map() };
    this.#heard.set(machine, heard);
    return heard;
  }
}
