import { mintNodeId, type NodeId } from "../core/node-id.ts";
import type { TransportAdapter, TransportSession } from "../ports/transport.ts";
import type { EffectRunner } from "./effect-runner.ts";
import { isReplicationError, type ReplicationError, replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";

interface Member {
  nodeId(): NodeId;
  takeNewIdentity(nodeId: NodeId): Promise<void>;
  onError(error: ReplicationError): void;
}

/** Being in the room or not: joins and leaves by the transport, one step after another, whatever the order of calls. */
export class Membership {
  readonly #transport: TransportAdapter;
  readonly #runtime: Runtime;
  readonly #room: string;
  readonly #runner: EffectRunner;
  readonly #member: Member;
  readonly #openedAt: number;
  #session: TransportSession | undefined;
  #steps: Promise<void> = Promise.resolve();
  #isChangingIdentity = false;

  constructor(transport: TransportAdapter, runtime: Runtime, room: string, runner: EffectRunner, member: Member) {
    this.#transport = transport;
    this.#runtime = runtime;
    this.#room = room;
    this.#runner = runner;
    this.#member = member;
    this.#openedAt = runtime.now();
  }

  start(): Promise<void> {
    return this.#step(() => this.#join());
  }

  stop(): Promise<void> {
    return this.#step(() => this.#leave());
  }

  async #join(): Promise<void> {
    if (this.#session !== undefined) return;
    this.#session = await this.#transport.join(
      { room: this.#room, nodeId: this.#member.nodeId(), ageMs: () => this.#ageMs() },
      {
        connected: (connection) => this.#runner.connected(connection),
        message: (connection, message) => this.#runner.received(connection, message),
        disconnected: (connection) => this.#runner.disconnected(connection),
        twin: (theirAgeMs) => this.#meetTwin(theirAgeMs),
        error: (error) => this.#member.onError(asReplicationError(error)),
      },
    );
  }

  async #leave(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.stop();
    this.#runner.disconnectAll();
  }

  /** C1: the store whose session is younger is the copy, and takes a NodeId of its own. */
  #meetTwin(theirAgeMs: number): void {
    if (this.#isChangingIdentity || this.#ageMs() > theirAgeMs) return;
    this.#isChangingIdentity = true;
    void this.#step(async () => {
      try {
        if (this.#session === undefined) return;
        await this.#leave();
        await this.#member.takeNewIdentity(mintNodeId((length) => this.#runtime.randomBytes(length)));
        await this.#join();
      } finally {
        this.#isChangingIdentity = false;
      }
    }).catch((error: unknown) => this.#member.onError(asReplicationError(error)));
  }

  #ageMs(): number {
    return this.#runtime.now() - this.#openedAt;
  }

  #step(step: () => Promise<void>): Promise<void> {
    const done = this.#steps.then(step);
    this.#steps = done.catch(() => undefined);
    return done;
  }
}

function asReplicationError(error: unknown): ReplicationError {
  if (isReplicationError(error)) return error;
  return replicationError(
    "transport-failed",
    error instanceof Error ? error.message : String(error),
    {},
    { cause: error },
  );
}
