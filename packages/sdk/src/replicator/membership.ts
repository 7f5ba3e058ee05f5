import { mintNodeId, type NodeId } from "../core/node-id.ts";
import { checkPassword } from "./config.ts";
import { mintBy } from "./mint.ts";
import type { PasswordGate } from "./password-gate.ts";
import { RoomKeys } from "./room-keys.ts";
import type { TransportSession } from "../ports/transport.ts";
import type { EffectRunner } from "./effect-runner.ts";
import { isReplicationError, type ReplicationError, replicationError } from "../core/replication-error.ts";
import type { Runtime } from "../ports/runtime.ts";

/** From a change of identity that could not be stored, e.g. on a full disk, to the next attempt. */
const IDENTITY_RETRY_MS: number = 5 * 1000;

interface Member {
  nodeId(): NodeId;
  takeNewIdentity(nodeId: NodeId): Promise<void>;
  onError(error: ReplicationError): void;
}

/** Being in the room or not: joins and leaves by the transport, one step after another, whatever the order of calls. */
export class Membership {
  readonly #gate: PasswordGate;
  readonly #runtime: Runtime;
  readonly #room: string;
  readonly #runner: EffectRunner;
  readonly #member: Member;
  readonly #openedAt: number;
  #session: TransportSession | undefined;
  #preferred: ReadonlySet<NodeId> = new Set();
  #steps: Promise<void> = Promise.resolve();
  #isChangingIdentity = false;
  #cancelRetry: (() => void) | undefined;

  constructor(gate: PasswordGate, runtime: Runtime, room: string, runner: EffectRunner, member: Member) {
    this.#gate = gate;
    this.#runtime = runtime;
    this.#room = room;
    this.#runner = runner;
    this.#member = member;
    // Of copies that are opened in one millisecond one is younger, too.
    this.#openedAt = runtime.now() + mintBy(runtime).fraction();
  }

  start(): Promise<void> {
    return this.#step(async () => {
      this.#forgetTwin();
      await this.#join();
    });
  }

  stop(): Promise<void> {
    return this.#step(async () => {
      this.#forgetTwin();
      await this.#leave();
    });
  }

  /** Where it is in the room, leaves it and joins anew. @throws ReplicationError `invalid-config`, `insecure-context` */
  rotatePassword(password: string): Promise<void> {
    checkPassword(password);
    return this.#step(async () => {
      const keys = await RoomKeys.derive(password, this.#room, this.#runtime.subtle);
      const wasIn = this.#session !== undefined;
      await this.#leave();
      this.#gate.changeKeys(keys);
      if (wasIn) await this.#join();
    });
  }

  /** Direct connections to these matter most (T7); also when it joins anew. */
  prefer(nodeIds: ReadonlySet<NodeId>): void {
    this.#preferred = nodeIds;
    this.#session?.prefer(nodeIds);
  }

  async #join(): Promise<void> {
    if (this.#session !== undefined) return;
    this.#session = await this.#gate.join(
      { room: this.#room, nodeId: this.#member.nodeId(), openedAt: this.#openedAt },
      {
        connected: (connection) => this.#runner.connected(connection),
        message: (connection, message) => this.#runner.received(connection, message),
        disconnected: (connection, reason) => this.#runner.disconnected(connection, reason),
        twin: (theirOpenedAt) => this.#meetTwin(theirOpenedAt),
        error: (error) => this.#member.onError(asReplicationError(error)),
      },
    );
    this.#session.prefer(this.#preferred);
  }

  async #leave(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.stop();
    this.#runner.disconnectAll();
  }

  /**
   * C1: the store whose session is younger is the copy, and takes a NodeId of its own. Both compare the same two numbers, however
   * long they were under way, so that one yields; both do if the numbers are equal.
   */
  #meetTwin(theirOpenedAt: number): void {
    if (this.#isChangingIdentity || this.#openedAt < theirOpenedAt) return;
    this.#isChangingIdentity = true;
    this.#inBackground(async () => {
      if (this.#session === undefined) return;
      await this.#leave();
      await this.#changeIdentity();
    });
  }

  /** Stays out of the room until the new identity is stored: the twin is in there. */
  async #changeIdentity(): Promise<void> {
    try {
      await this.#member.takeNewIdentity(mintNodeId((length) => this.#runtime.randomBytes(length)));
    } catch (error) {
      this.#member.onError(asReplicationError(error));
      const again = (): void => this.#inBackground(() => this.#changeIdentity());
      this.#cancelRetry = this.#runtime.setTimer(again, IDENTITY_RETRY_MS);
      return;
    }
    this.#forgetTwin();
    await this.#join();
  }

  /** Joins and leaves begin anew: a twin that is still there is met again. */
  #forgetTwin(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#isChangingIdentity = false;
  }

  #inBackground(step: () => Promise<void>): void {
    this.#step(step).catch((error: unknown) => this.#member.onError(asReplicationError(error)));
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
