import type { Instance } from "../signaling/envelope.ts";
import type { LineName, Relay, RelayLine, RelayLineEvents } from "./relay.ts";

/** A server that relays between all instances of a test, in memory: in order, and at any rate unless told otherwise. */
export class FakeRelay {
  readonly #ends = new Map<string, RelayLineEvents>();
  /** Every packet that was sent. */
  readonly carried: Uint8Array<ArrayBuffer>[] = [];
  #held: (() => void)[] | undefined;
  relays = true;
  waitMs = 0;
  /** What arrives in place of a packet: by default itself. */
  tamper: (packet: Uint8Array<ArrayBuffer>) => readonly Uint8Array<ArrayBuffer>[] = (packet) => [packet];

  /** That instance's side. */
  of(self: Instance): Relay {
    return {
      reaches: () => this.relays,
      open: (to, name, events) => (this.relays ? this.#open(self, to, name, events) : undefined),
    };
  }

  /** From now on packets stay with the server, as for a reader that does not read. */
  hold(): void {
    this.#held ??= [];
  }

  /** All that is held arrives, and what comes after it. */
  release(): void {
    for (const arrive of this.#held?.splice(0) ?? []) arrive();
    this.#held = undefined;
  }

  /** The sockets are gone. */
  end(): void {
    this.relays = false;
    for (const [end, events] of this.#ends) {
      this.#ends.delete(end);
      events.closed("no more is relayed");
    }
  }

  #open(self: Instance, to: Instance, name: LineName, events: RelayLineEvents): RelayLine {
    const [here, there] = [`${self} ${name}`, `${to} ${name}`];
    this.#ends.set(here, events);
    const waitMs = (): number => this.waitMs;
    return {
      get waitMs() {
        return waitMs();
      },
      send: (packet) => {
        const copy = new Uint8Array(packet);
        this.carried.push(copy);
        for (const arriving of this.tamper(copy)) {
          const arrive = (): void => this.#ends.get(there)?.packet(arriving);
          if (this.#held === undefined) queueMicrotask(arrive);
          else this.#held.push(arrive);
        }
      },
      close: () => {
        if (this.#ends.get(here) === events) this.#ends.delete(here);
      },
    };
  }
}
