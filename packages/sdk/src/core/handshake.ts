import { CausalContext } from "./causal-context.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { Environment } from "./environment.ts";
import { factsConflict } from "./room-facts.ts";
import type { Hello } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import { newsKey } from "./lineage-news.ts";
import { outranks, recordFault, type ReplicaSetRecord } from "./replica-set.ts";
import { PROTOCOL_VERSION } from "./messages.ts";
import { replicationError } from "./replication-error.ts";

/** A peer that has not said hello by then is no replica of this protocol; a slow page needs a few seconds. */
export const HELLO_TIMEOUT_MS: number = 15 * 1000;

/** How a connection's closing begins that is the other side's fault: whoever reads it there can tell its user. */
export const REFUSED = "refused: ";

/** As REFUSED, where the two do not have the same password (T8). A transport does not dial that peer again until one of the two joins anew. */
export const UNAUTHORIZED = "unauthorized: ";

interface Stranger {
  readonly claims: NodeId;
  readonly deadline: number;
  /** The record that our hello named. */
  readonly told: ReplicaSetRecord;
}

/** From an open channel to a known peer: each side says hello first, and nothing else is read before it. */
export class Handshake {
  readonly #env: Environment;
  readonly #strangers = new Map<LinkId, Stranger>();

  constructor(env: Environment) {
    this.#env = env;
  }

  begin(link: LinkId, claims: NodeId): void {
    const { config, state } = this.#env;
    this.#strangers.set(link, { claims, deadline: this.#env.now() + HELLO_TIMEOUT_MS, told: state.replicaSet });
    const hello: Hello = {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      room: config.room,
      nodeId: state.nodeId,
      deviceId: state.deviceId,
      steady: config.steadyVoter,
      facts: config.insists,
      counter: state.counter,
      replicaSet: state.replicaSet,
    };
    this.#env.emit({ type: "send", link, message: hello });
  }

  /** The peer that a hello makes of a stranger; `undefined` when it is turned away. */
  onHello(link: LinkId, hello: Hello): Peer | undefined {
    const stranger = this.#strangers.get(link);
    if (stranger === undefined) {
      this.turnAway(link, hello.nodeId, "a second hello");
      return undefined;
    }
    const fault = this.#fault(hello, stranger.claims);
    if (fault !== undefined) {
      this.turnAway(link, stranger.claims, fault);
      return undefined;
    }
    // The peer finds the same by our hello, and tells its user; it is the one that has to change.
    if (this.#isMisfit(hello)) {
      this.#close(link, "room-mismatch");
      return undefined;
    }
    this.#strangers.delete(link);
    this.#warnOfResolver(hello);
    return {
      link,
      nodeId: hello.nodeId,
      deviceId: hello.deviceId,
      steady: hello.steady,
      replicaSet: hello.replicaSet,
      ending: undefined,
      told: new Map([[stranger.told.lineage, newsKey(stranger.told, undefined, true)]]),
      theirDigest: undefined,
      toldDigest: undefined,
      theirHorizon: CausalContext.EMPTY,
      toldHorizon: undefined,
      differsSince: undefined,
      lastSyncAt: undefined,
    };
  }

  /** Who sent what no replica sends at this point is let go, and the user is told. */
  turnAway(link: LinkId, nodeId: NodeId, reason: string): void {
    const message = `Replica ${nodeId} sent what no replica sends (${reason}); its connection is closed.`;
    const error = replicationError("invalid-frame", message, { nodeId, reason });
    this.#env.emit({ type: "notice", notice: { type: "error", error } });
    this.#close(link, REFUSED + reason);
  }

  /** Anything but a hello from who has not said it. */
  onWordBeforeHello(link: LinkId, type: string): void {
    const stranger = this.#strangers.get(link);
    if (stranger !== undefined) this.turnAway(link, stranger.claims, `a ${type} before hello`);
  }

  forget(link: LinkId): void {
    this.#strangers.delete(link);
  }

  wake(): void {
    for (const [link, { deadline }] of this.#strangers) {
      if (deadline > this.#env.now()) continue;
      this.#strangers.delete(link);
      this.#env.emit({ type: "close", link, reason: "no hello in time" });
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#strangers.values()) next = Math.min(next ?? deadline, deadline);
    return next;
  }

  #fault(hello: Hello, claims: NodeId): string | undefined {
    const { config, state } = this.#env;
    if (hello.room !== config.room) return "a hello from another room";
    if (hello.nodeId === state.nodeId) return "a hello with this replica's own NodeId";
    if (hello.nodeId !== claims) return "a hello from another replica than the one that was dialled";
    return recordFault(hello.replicaSet, state.lineages.get(hello.replicaSet.lineage)?.active ?? state.replicaSet);
  }

  #isMisfit(hello: Hello): boolean {
    const { replicaSet } = this.#env.state;
    return outranks(replicaSet, hello.replicaSet) && factsConflict(hello.facts, replicaSet) !== undefined;
  }

  #close(link: LinkId, reason: string): void {
    this.#strangers.delete(link);
    this.#env.emit({ type: "close", link, reason });
  }

  /** C6: two versions of a resolver in one room converge to the same siblings and may show them differently. */
  #warnOfResolver(hello: Hello): void {
    const ours = this.#env.config.insists.conflictResolution;
    const theirs = hello.facts.conflictResolution;
    if (ours === undefined || theirs === undefined || ours === theirs) return;
    const message = `Replica ${hello.nodeId} resolves conflicts by ${theirs}, this one by ${ours}: both hold the same, and may show it differently. Bring them to one version.`;
    const error = replicationError("room-mismatch", message, { fact: "conflictResolution", ours, theirs });
    this.#env.emit({ type: "notice", notice: { type: "error", error } });
  }
}
