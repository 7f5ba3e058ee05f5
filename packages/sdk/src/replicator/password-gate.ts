import { accessCodecs } from "../core/codec/access-messages.ts";
import { ChannelChallenge } from "./channel-challenge.ts";
import { closingError } from "./connection-errors.ts";
import type { Connection, TransportAdapter, TransportEvents, TransportIdentity } from "../ports/transport.ts";
import type { TransportSession } from "../ports/transport.ts";
import type { RoomKeys } from "./room-keys.ts";
import type { Runtime } from "../ports/runtime.ts";
import { UNAUTHORIZED } from "../core/handshake.ts";

/**
 * A transport as the replicator wants it: with a password, only connections over which the peer has proven that it knows it too
 * (T8). Without one all connections come through, but those of peers that ask for one.
 */
export class PasswordGate implements TransportAdapter {
  readonly #transport: TransportAdapter;
  readonly #runtime: Runtime;
  #keys: RoomKeys | undefined;

  constructor(transport: TransportAdapter, runtime: Runtime, keys: RoomKeys | undefined) {
    this.#transport = transport;
    this.#runtime = runtime;
    this.#keys = keys;
  }

  /** For whatever joins from now on. */
  changeKeys(keys: RoomKeys): void {
    this.#keys = keys;
  }

  async join(self: TransportIdentity, events: TransportEvents): Promise<TransportSession> {
    const keys = this.#keys;
    if (keys === undefined) return this.#transport.join(self, refusingChallenges(events));
    const entrance = new Entrance(self, events, keys, this.#runtime);
    const { sealing: sealingKey, relaying: relayingKey } = keys;
    const session = await this.#transport.join({ ...self, sealingKey, relayingKey }, entrance);
    return {
      prefer: (nodeIds) => session.prefer(nodeIds),
      stop: () => {
        entrance.close();
        return session.stop();
      },
    };
  }
}

/** Where connections wait until they are proven. */
class Entrance implements TransportEvents {
  readonly #self: TransportIdentity;
  readonly #events: TransportEvents;
  readonly #keys: RoomKeys;
  readonly #runtime: Runtime;
  readonly #challenges = new Map<Connection, ChannelChallenge>();
  readonly #admitted = new Set<Connection>();

  constructor(self: TransportIdentity, events: TransportEvents, keys: RoomKeys, runtime: Runtime) {
    this.#self = self;
    this.#events = events;
    this.#keys = keys;
    this.#runtime = runtime;
  }

  connected(connection: Connection): void {
    const challenge = new ChannelChallenge({
      connection,
      self: this.#self.nodeId,
      keys: this.#keys,
      runtime: this.#runtime,
      admitted: (early) => {
        this.#challenges.delete(connection);
        this.#admitted.add(connection);
        this.#events.connected(connection);
        if (early !== undefined) this.#events.message(connection, early);
      },
      refused: (reason, error = closingError(connection.peer, reason)) => {
        this.#challenges.delete(connection);
        connection.close(reason);
        if (error !== undefined) this.#events.error(error);
      },
    });
    this.#challenges.set(connection, challenge);
    challenge.begin();
  }

  message(connection: Connection, message: Uint8Array): void {
    if (this.#admitted.has(connection)) this.#events.message(connection, message);
    else this.#challenges.get(connection)?.received(message);
  }

  disconnected(connection: Connection, reason: string): void {
    const challenge = this.#challenges.get(connection);
    if (this.#admitted.delete(connection)) this.#events.disconnected(connection, reason);
    else if (challenge !== undefined) {
      challenge.end();
      this.#challenges.delete(connection);
      const error = closingError(connection.peer, reason);
      if (error !== undefined) this.#events.error(error);
    }
  }

  twin(theirOpenedAt: number): void {
    this.#events.twin(theirOpenedAt);
  }

  error(error: Error): void {
    this.#events.error(error);
  }

  close(): void {
    for (const challenge of this.#challenges.values()) challenge.end();
    this.#challenges.clear();
  }
}

/** A challenge is the first message of a peer with a password, and there is nothing to prove by. */
function refusingChallenges(events: TransportEvents): TransportEvents {
  const fresh = new Set<Connection>();
  return {
    connected: (connection) => {
      fresh.add(connection);
      events.connected(connection);
    },
    message: (connection, message) => {
      if (!fresh.delete(connection) || message[1] !== accessCodecs.challenge.code) {
        events.message(connection, message);
        return;
      }
      const reason = `${UNAUTHORIZED}the room has a password, and one of the two has none`;
      connection.close(reason);
    },
    disconnected: (connection, reason) => {
      fresh.delete(connection);
      events.disconnected(connection, reason);
    },
    twin: (theirOpenedAt) => events.twin(theirOpenedAt),
    error: (error) => events.error(error),
  };
}
