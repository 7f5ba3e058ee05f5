import { Counter, Gauge, Registry } from "prom-client";
import type { ClientMessage } from "./protocol.ts";

/** What is looked up whenever somebody asks for the metrics. */
export interface Gauges {
  readonly sockets: () => number;
  readonly topics: () => number;
  readonly addresses: () => number;
  readonly queuedBytes: () => number;
}

const PREFIX = "vecmesh_signaling_";

/** What the server counts, for Prometheus. No label is anything that a client chose: their number is fixed. */
export class Metrics {
  readonly registry: Registry;
  readonly throttled: Counter;
  readonly relayedBytes: Counter;
  readonly #upgrades: Counter<"status">;
  readonly #closed: Counter<"cause">;
  readonly #receivedBytes: Counter;
  /** Counted by itself, as it happens most. */
  #sentMessages = 0;
  #sentBytes = 0;
  /** Bound to their labels once: they are counted for every message. */
  readonly #received: Readonly<Record<ClientMessage["type"] | "unknown", Counter.Internal>>;

  /** @param registry to add to; a server of its own, as names may not occur twice in one. */
  constructor(gauges: Gauges, registry: Registry = new Registry()) {
    this.registry = registry;
    const registers = [registry];
    const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
      new Counter({ name: PREFIX + name, help, labelNames, registers });
    const gauge = (name: string, help: string, read: () => number): void => {
      const collect = function (this: Gauge): void {
        this.set(read());
      };
      registry.registerMetric(new Gauge({ name: PREFIX + name, help, registers: [], collect }));
    };
    const sum = (name: string, help: string, read: () => number): void => {
      const collect = function (this: Counter): void {
        this.reset();
        this.inc(read());
      };
      registry.registerMetric(new Counter({ name: PREFIX + name, help, registers: [], collect }));
    };
    gauge("sockets", "Open WebSockets.", gauges.sockets);
    gauge("topics", "Topics with subscribers.", gauges.topics);
    gauge("addresses", "Client addresses that are kept account of.", gauges.addresses);
    gauge("queued_bytes", "Bytes that wait for slow readers.", gauges.queuedBytes);
    this.#upgrades = counter("upgrades_total", "Upgrades asked for, by the HTTP status of the answer.", ["status"]);
    this.#closed = counter("closed_total", "Sockets that the server closed, by close code or cause.", ["cause"]);
    this.throttled = counter(
      "throttled_total",
      "Times that a socket was not read for a while, to hold it to its rate.",
    );
    const received = counter("received_messages_total", "Messages of clients, by type.", ["type"]);
    this.#received = {
      subscribe: received.labels("subscribe"),
      unsubscribe: received.labels("unsubscribe"),
      publish: received.labels("publish"),
      relay: received.labels("relay"),
      ping: received.labels("ping"),
      unknown: received.labels("unknown"),
    };
    this.#receivedBytes = counter("received_bytes_total", "Bytes in messages of clients.");
    this.relayedBytes = counter("relayed_bytes_total", "Bytes of sealed data that was relayed between clients.");
    sum("sent_messages_total", "Messages to clients, one for each receiver.", () => this.#sentMessages);
    sum("sent_bytes_total", "Bytes in messages to clients, with their frames' headers.", () => this.#sentBytes);
  }

  /** @param status 101 when the socket opened. */
  upgraded(status: number): void {
    this.#upgrades.inc({ status });
  }

  closed(cause: string): void {
    this.#closed.inc({ cause });
  }

  received(type: ClientMessage["type"] | "unknown", bytes: number): void {
    this.#received[type].inc();
    this.#receivedBytes.inc(bytes);
  }

  sent(bytes: number): void {
    this.#sentMessages++;
    this.#sentBytes += bytes;
  }
}
