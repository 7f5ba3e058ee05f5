import type { AntiEntropy } from "./anti-entropy.ts";
import type { Environment } from "./environment.ts";
import { peerOf } from "./environment.ts";
import type { LinkId, Peer } from "./peer.ts";
import type { NodeId } from "./node-id.ts";
import type { OperationId } from "./effects.ts";
import type { PullDone } from "./messages.ts";
import { replicationError } from "./replication-error.ts";

interface Forced {
  readonly op: OperationId;
  readonly link: LinkId;
  readonly nodeId: NodeId;
  readonly deadline: number;
  received: number | undefined;
  sent: number | undefined;
}

/** `forceSync`: a full session each way with one peer, whatever the digests say. */
export class ForcedSync {
  readonly #env: Environment;
  readonly #antiEntropy: AntiEntropy;
  readonly #forced = new Map<number, Forced>();
  #lastRequest = 0;

  constructor(env: Environment, antiEntropy: AntiEntropy) {
    this.#env = env;
    this.#antiEntropy = antiEntropy;
  }

  begin(op: OperationId, nodeId: NodeId, deadline: number): void {
    const peer = peerOf(this.#env.peers, nodeId);
    if (peer === undefined) {
      const error = replicationError("replica-not-found", `Replica ${nodeId} is not connected.`, { nodeId });
      this.#env.emit({ type: "settle", op, outcome: { kind: "failed", error } });
      return;
    }
    const request = ++this.#lastRequest;
    const forced: Forced = { op, link: peer.link, nodeId, deadline, received: undefined, sent: undefined };
    this.#forced.set(request, forced);
    this.#env.emit({ type: "send", link: peer.link, message: { type: "pull-request", request } });
    this.#antiEntropy.pullAll(peer, (gained) => {
      if (gained === undefined) {
        if (this.#forced.delete(request))
          this.#fail(op, nodeId, `The sync with ${nodeId} broke off. Try again once it is back.`);
        return;
      }
      forced.received = gained;
      this.#evaluate(request, forced);
    });
  }

  onPullDone(peer: Peer, message: PullDone): void {
    const forced = this.#forced.get(message.request);
    if (forced === undefined || forced.link !== peer.link) return;
    forced.sent = message.gained;
    this.#evaluate(message.request, forced);
  }

  peerDown(link: LinkId): void {
    for (const [request, forced] of this.#forced) {
      if (forced.link !== link) continue;
      this.#forced.delete(request);
      this.#fail(
        forced.op,
        forced.nodeId,
        `The connection to ${forced.nodeId} broke during the sync. Try again once it is back.`,
      );
    }
  }

  abandon(op: OperationId): void {
    for (const [request, forced] of this.#forced) if (forced.op === op) this.#forced.delete(request);
  }

  wake(): void {
    for (const [request, forced] of this.#forced) {
      if (forced.deadline > this.#env.now()) continue;
      this.#forced.delete(request);
      this.#fail(
        forced.op,
        forced.nodeId,
        `The sync with ${forced.nodeId} did not end in time. It goes on in the background.`,
      );
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#forced.values()) next = Math.min(next ?? deadline, deadline);
    return next;
  }

  #evaluate(request: number, forced: Forced): void {
    if (forced.received === undefined || forced.sent === undefined || !this.#forced.delete(request)) return;
    const report = { received: forced.received, sent: forced.sent };
    this.#env.emit({ type: "settle", op: forced.op, outcome: { kind: "sync-report", report } });
  }

  #fail(op: OperationId, nodeId: NodeId, message: string): void {
    this.#env.emit({
      type: "settle",
      op,
      outcome: { kind: "failed", error: replicationError("sync-incomplete", message, { nodeId }) },
    });
  }
}
