import { closingError, frameError, frameRefusal } from "./connection-errors.ts";
import { Allowance } from "../core/allowance.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import type { Signer } from "./entry-signer.ts";
import type { Effect, Input, Notice, ReplicaInfo } from "../core/effects.ts";
import type { EphemeralEvent } from "../core/ephemeral-channel.ts";
import { decodeMessage } from "../core/codec/frames.ts";
import { decodeStored } from "../core/codec/stored.ts";
import type { Dot } from "../core/dot.ts";
import { dotOfKey } from "../core/store-layout.ts";
import type { Connection } from "../ports/transport.ts";
import type { ConnectionPath } from "../core/connection-path.ts";
import type { LinkId } from "../core/peer.ts";
import type { Message } from "../core/messages.ts";
import { PeerLink } from "./peer-link.ts";
import type { NodeId } from "../core/node-id.ts";
import type { PendingOperations } from "./pending-operations.ts";
import type { Replica } from "../core/replica.ts";
import { replicationError } from "../core/replication-error.ts";
import { REFUSED } from "../core/handshake.ts";
import type { Runtime } from "../ports/runtime.ts";
import { SignatureGate } from "./signature-gate.ts";
import type { Store } from "../ports/storage.ts";
import type { StoredVersion } from "../core/version.ts";
import { Throttle } from "./throttle.ts";
import type { Traffic } from "./traffic.ts";

export interface RunnerOptions {
  readonly replica: Replica;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly operations: PendingOperations;
  /** Where entries are signed. */
  readonly signer: Signer | undefined;
  readonly compression: boolean;
  readonly maxBytesPerSecond: number;
  readonly onNotice: (notice: Notice) => void;
  readonly onChanged: (ids: ReadonlySet<string>) => void;
  readonly onHeard: (event: EphemeralEvent) => void;
  readonly onThrottled: () => void;
  readonly onPreferred: (nodeIds: ReadonlySet<NodeId>) => void;
}

/** Runs the core's effects over the ports: the one place where asynchrony meets the core. Inputs are handled one at a time, in order. */
export class EffectRunner {
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0, savedBytes: 0, sentAcks: 0, receivedAcks: 0 };
  readonly #options: RunnerOptions;
  readonly #throttle: Throttle;
  readonly #links = new Map<LinkId, PeerLink>();
  readonly #linkOf = new Map<Connection, PeerLink>();
  readonly #gates = new Map<LinkId, SignatureGate>();
  readonly #inputs: Input[] = [];
  #handling = false;
  #closed = false;
  #lastLink = 0;
  /** How often refused versions are told of: whoever sends them comes back, and may do so for as long as it likes. */
  readonly #refusals: Allowance;
  #cancelWake: (() => void) | undefined;
  #wakeAt: number | undefined;
  #onSettled: (() => void) | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#refusals = new Allowance(REFUSALS_TOLD_AT_ONCE, REFUSAL_TOLD_EVERY_MS, options.runtime.now());
    this.#throttle = new Throttle(options.maxBytesPerSecond, options.runtime, options.onThrottled);
  }

  dispatch(input: Input): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const effect of this.#options.replica.handle(next, this.#options.runtime.now())) this.#run(effect);
      }
    } finally {
      this.#handling = false;
    }
    this.#scheduleWake();
    if (this.#options.replica.isSettled) this.#onSettled?.();
  }

  connected(connection: Connection): void {
    const link = new PeerLink(++this.#lastLink as LinkId, connection, {
      throttle: this.#throttle,
      traffic: this.traffic,
      compress: this.#options.compression,
    });
    this.#links.set(link.id, link);
    this.#linkOf.set(connection, link);
    const { signer } = this.#options;
    if (signer !== undefined) {
      const gate = new SignatureGate({
        signer,
        passed: (message) => this.dispatch({ type: "message", link: link.id, message }),
        refused: (reason) => this.#refuse(link, reason),
      });
      this.#gates.set(link.id, gate);
    }
    this.dispatch({ type: "link-up", link: link.id, claims: connection.peer });
  }

  received(connection: Connection, bytes: Uint8Array): void {
    const link = this.#linkOf.get(connection);
    if (link === undefined) return;
    this.traffic.receivedBytes += bytes.length;
    try {
      const message = decodeMessage(bytes);
      if (message.type === "ack") this.traffic.receivedAcks++;
      const gate = this.#gates.get(link.id);
      if (gate === undefined) this.dispatch({ type: "message", link: link.id, message });
      else gate.receive(message, bytes.length);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#options.onNotice({ type: "error", error: frameError(connection.peer, error) });
      this.#drop(link, frameRefusal(error));
    }
  }

  /** `reason` is the peer's where this replica has not closed the connection itself. */
  disconnected(connection: Connection, reason: string): void {
    const link = this.#linkOf.get(connection);
    if (link === undefined) return;
    this.#forget(link);
    const error = closingError(connection.peer, reason);
    if (error !== undefined) this.#options.onNotice({ type: "error", error });
  }

  /** With the way by which each is reached now, as far as the transport knows. */
  async withPaths(replicas: () => readonly ReplicaInfo[]): Promise<ReplicaInfo[]> {
    const paths = await this.#paths();
    return replicas().map((info) => {
      const path = info.status === "offline" ? undefined : paths.get(info.id);
      return path === undefined ? info : { ...info, path };
    });
  }

  async #paths(): Promise<ReadonlyMap<NodeId, ConnectionPath>> {
    const paths = new Map<NodeId, ConnectionPath>();
    const ask = async ({ connection }: PeerLink): Promise<void> => {
      // A connection may end while it is asked.
      const path = await connection.path?.().catch(() => undefined);
      if (path !== undefined) paths.set(connection.peer, path);
    };
    await Promise.all([...this.#links.values()].map(ask));
    return paths;
  }

  get queuedBytes(): number {
    return [...this.#links.values()].reduce((sum, link) => sum + link.queuedBytes, 0);
  }

  /** The transport has been stopped: no connection is left. */
  disconnectAll(): void {
    for (const link of this.#links.values()) this.#forget(link);
  }

  /** Waits until what has been begun is stored, then handles nothing any more. */
  async close(): Promise<void> {
    this.disconnectAll();
    if (!this.#options.replica.isSettled) {
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
      });
    }
    this.#closed = true;
    this.#throttle.stop();
    this.#cancelWake?.();
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case "send":
        this.#send(effect.link, effect.message);
        return;
      case "close":
        this.#close(effect.link, effect.reason);
        return;
      case "prefer":
        this.#options.onPreferred(effect.nodeIds);
        return;
      case "commit":
        this.#options.store.commit(effect.batch, effect.strict ? "strict" : "relaxed").then(
          () => this.dispatch({ type: "committed" }),
          (error: unknown) => this.#commitFailed(asError(error)),
        );
        return;
      case "load":
        void this.#load(effect.keys).then((versions) => this.dispatch({ type: "loaded", load: effect.load, versions }));
        return;
      case "pause":
        this.#options.runtime.soon(() => this.dispatch({ type: "go-on" }));
        return;
      case "sign":
        this.#sign(effect.versions);
        return;
      case "settle":
        this.#options.operations.settle(effect.op, effect.outcome);
        return;
      case "changed":
        this.#options.onChanged(effect.ids);
        return;
      case "heard":
        this.#options.onHeard(effect.event);
        return;
      case "notice":
        this.#options.onNotice(effect.notice);
        return;
    }
  }

  /** A peer for whom a message is too large, e.g. because others have torn its context to shreds, is let go; the effects after it are not. */
  #send(id: LinkId, message: Message): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    try {
      link.send(message);
    } catch (cause) {
      const text = `A ${message.type} for ${link.connection.peer} cannot be sent: ${asError(cause).message}. Its connection is closed.`;
      this.#options.onNotice({ type: "error", error: replicationError("transport-failed", text, {}, { cause }) });
      this.#drop(link, `a ${message.type} cannot be sent`);
    }
  }

  #sign(versions: readonly StoredVersion[]): void {
    const { signer } = this.#options;
    if (signer === undefined) throw new Error("Nothing to sign by");
    signer.sign(versions).then(
      (signatures) => this.dispatch({ type: "signed", signatures }),
      (error: unknown) => this.dispatch({ type: "sign-failed", error: asError(error) }),
    );
  }

  #commitFailed(error: Error): void {
    this.dispatch({ type: "commit-failed", error });
  }

  #close(id: LinkId, reason: string): void {
    const link = this.#links.get(id);
    if (link !== undefined) this.#drop(link, reason);
  }

  #refuse(link: PeerLink, reason: string): void {
    const nodeId = link.connection.peer;
    const text = `Replica ${nodeId} sent what no replica with this \`authorize\` sends (${reason}); nothing of the message is stored, and its connection is closed.`;
    if (this.#refusals.take(this.#options.runtime.now()))
      this.#options.onNotice({ type: "error", error: replicationError("invalid-frame", text, { nodeId, reason }) });
    this.#drop(link, REFUSED + reason);
  }

  #drop(link: PeerLink, reason: string): void {
    link.close(reason);
    this.#forget(link);
  }

  #forget(link: PeerLink): void {
    if (!this.#links.delete(link.id)) return;
    this.#linkOf.delete(link.connection);
    this.#gates.get(link.id)?.end();
    this.#gates.delete(link.id);
    link.closed();
    this.dispatch({ type: "link-down", link: link.id });
  }

  async #load(keys: readonly string[]): Promise<(StoredVersion | undefined)[]> {
    try {
      const damaged: Dot[] = [];
      const versions = (await this.#options.store.get(keys)).map((bytes, i) => {
        if (bytes === undefined) return undefined;
        const version = versionIn(bytes);
        if (version === undefined) damaged.push(dotOfKey(keys[i]!));
        return version;
      });
      if (damaged.length > 0) this.dispatch({ type: "damaged", op: undefined, dots: damaged });
      return versions;
    } catch (cause) {
      this.#tellUnreadable(cause);
      return keys.map(() => undefined);
    }
  }

  #tellUnreadable(cause: unknown): void {
    if (this.#closed) return;
    const message = `Reading the local store failed: ${asError(cause).message}`;
    this.#options.onNotice({ type: "error", error: replicationError("storage-corrupt", message, {}, { cause }) });
  }

  #scheduleWake(): void {
    const at = this.#options.replica.nextWake();
    if (at === this.#wakeAt && this.#cancelWake !== undefined) return;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    this.#wakeAt = at;
    if (at === undefined || this.#closed) return;
    const delay = Math.min(Math.max(0, at - this.#options.runtime.now()), MAX_TIMER_MS);
    this.#cancelWake = this.#options.runtime.setTimer(() => {
      this.#cancelWake = undefined;
      this.dispatch({ type: "wake" });
    }, delay);
  }
}

/** A user hears of several that do it, and is not told of one over and over. */
const REFUSALS_TOLD_AT_ONCE = 10;
const REFUSAL_TOLD_EVERY_MS: number = 60 * 1000;

/** Timers take at most 31 bits; a wake that comes early does nothing. */
const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** `undefined` where the record is damaged: one must not keep the others from being sent. */
function versionIn(bytes: Uint8Array): StoredVersion | undefined {
  try {
    return decodeStored(bytes).version;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
