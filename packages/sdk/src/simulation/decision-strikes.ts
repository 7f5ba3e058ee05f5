import type { Machine } from "./machine.ts";
import { replicaSetCodecs } from "../core/codec/replica-set-messages.ts";
import type { World } from "./world.ts";

/** Each is the last or the next step of something that others must finish, or must not forget (Q6, Q7b). */
const MOMENTS: ReadonlySet<number> = new Set(
  (["promise", "accepted", "seal", "sealed", "install", "installed", "retired"] as const).map(
    (type) => replicaSetCodecs[type].code,
  ),
);

/** About half of what one change of the voters takes. */
const MOST_SPARED = 10;

const WHO_DIES = ["nobody", "nobody", "sender", "receiver", "receiver", "both", "all"] as const;

const PARTED_MS = { min: 100, max: 15_000 } as const;
const DEAD_MS = { min: 10, max: 8000 } as const;

/**
 * Strikes at the moment when a voter's word, or a proposer's question, arrives: processes die, to come back a little later, or the room
 * is parted between the two. A fault between two of a user's actions seldom meets these moments; they are where an epoch ends for some and not for others.
 */
export class DecisionStrikes {
  readonly #world: World;
  readonly #machines: readonly Machine[];
  readonly #struck: (machine: Machine) => void;
  /** How many such messages are let through before. */
  #spared: number | undefined;

  constructor(world: World, machines: readonly Machine[], struck: (machine: Machine) => void) {
    this.#world = world;
    this.#machines = machines;
    this.#struck = struck;
  }

  lieInWait(): void {
    this.#spared = this.#world.streams.of("moment of struck-decision").integer(0, MOST_SPARED);
  }

  disarm(): void {
    this.#spared = undefined;
  }

  /** A message arrives; a frame's second byte is its type. */
  delivered(from: number, to: number, bytes: Uint8Array): void {
    if (this.#spared === undefined || !MOMENTS.has(bytes[1] ?? 0) || this.#spared-- > 0) return;
    const [sender, receiver] = [this.#machines[from], this.#machines[to]];
    if (sender === undefined || receiver === undefined) return;
    this.disarm();
    // When the receiver has begun on it, and nothing of that is on its disk.
    this.#world.clock.schedule(0, () => this.#strike(sender, receiver));
  }

  #strike(sender: Machine, receiver: Machine): void {
    const { streams, clock, network } = this.#world;
    const random = streams.of("details of struck-decision");
    const who = random.pick(WHO_DIES);
    this.#struck(who === "sender" ? sender : receiver);
    const isParted = random.chance(0.5);
    const isWithSender = (machine: Machine): boolean =>
      machine !== receiver && (random.chance(0.5) || machine === sender);
    const group = this.#machines.filter(isWithSender).map((machine) => machine.index);
    if (isParted || who === "nobody") {
      network.partition(group);
      clock.schedule(random.real(PARTED_MS.min, PARTED_MS.max), () => network.heal());
    }
    for (const machine of this.#machines) {
      const dies =
        who === "all" || (who !== "receiver" && machine === sender) || (who !== "sender" && machine === receiver);
      const backIn = random.real(DEAD_MS.min, DEAD_MS.max);
      if (!dies || who === "nobody") continue;
      machine.die();
      clock.schedule(backIn, () => machine.open());
    }
  }
}
