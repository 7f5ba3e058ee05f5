import type { Instance, Letter } from "../../adapters/signaling/envelope.ts";
import {
  deliver,
  type Signaling,
  type SignalingChannel,
  type SignalingEvents,
} from "../../adapters/signaling/signaling.ts";
import type { Life, VirtualClock } from "../clock.ts";
import type { SeededRandom } from "../random.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

interface Subscriber {
  readonly instance: Instance;
  readonly life: Life;
  readonly meter: TrafficMeter;
  readonly events: SignalingEvents;
}

/** As a server lists. */
const MAX_LISTED = 32;
/** From a client to the server, and from it to a client. */
const WAY_MS = { min: 5, max: 40 } as const;
/** From the death of a process to its socket's end. */
const NOTICE_MS = 1000;

/** One room at a signaling server, in virtual time: what `packages/signaling` does with a topic. */
export class SimulatedSignaling {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #subscribers = new Map<Instance, Subscriber>();

  constructor(clock: VirtualClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** One process's way to the server. */
  of(life: Life, meter: TrafficMeter): Signaling {
    return {
      open: (_room, { instance }, events): SignalingChannel => {
        const subscriber = { instance, life, meter, events };
        let isOpen = true;
        const send = (work: () => void): void => void this.#clock.schedule(this.#way(), () => isOpen && work());
        send(() => {
          this.#subscribers.set(instance, subscriber);
          this.#list(subscriber, true);
        });
        const size = (): number => (this.#subscribers.has(instance) ? this.#subscribers.size : 0);
        return {
          get size() {
            return size();
          },
          relay: undefined,
          refresh: () => send(() => this.#list(subscriber, false)),
          send: (letter) => {
            meter.signalingBytes += bytesOf(letter);
            this.#clock.schedule(this.#way(), () => this.#deliver(letter));
          },
          wake: () => {},
          close: () => {
            isOpen = false;
            this.#end(instance);
          },
        };
      },
    };
  }

  /** A process has died. */
  vanish(life: Life): void {
    this.#clock.schedule(NOTICE_MS, () => {
      for (const subscriber of this.#subscribers.values()) if (subscriber.life === life) this.#end(subscriber.instance);
    });
  }

  #end(instance: Instance): void {
    if (!this.#subscribers.delete(instance)) return;
    for (const { events, life } of this.#subscribers.values())
      this.#clock.schedule(this.#way(), () => events.lost(instance), life);
  }

  #list({ instance, events, life, meter }: Subscriber, first: boolean): void {
    const all = [...this.#subscribers.keys()];
    const listed = new Set<Instance>();
    while (listed.size < Math.min(MAX_LISTED, all.length - 1)) {
      const other = this.#random.pick(all);
      if (other !== instance) listed.add(other);
    }
    meter.signalingBytes += bytesOf([...listed]);
    this.#clock.schedule(
      this.#way(),
      () => {
        events.present([...listed]);
        if (first) events.opened();
      },
      life,
    );
  }

  #deliver(letter: Letter): void {
    const receivers = letter.to === undefined ? [...this.#subscribers.values()] : [this.#subscribers.get(letter.to)];
    for (const receiver of receivers) {
      if (receiver === undefined || receiver.instance === letter.instance) continue;
      receiver.meter.signalingBytes += bytesOf(letter);
      this.#clock.schedule(this.#way(), () => deliver(letter, receiver.events), receiver.life);
    }
  }

  #way(): number {
    return this.#random.real(WAY_MS.min, WAY_MS.max);
  }
}

function bytesOf(value: unknown): number {
  return JSON.stringify(value).length;
}
