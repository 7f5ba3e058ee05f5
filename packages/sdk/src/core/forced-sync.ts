import type { Environment } from "./environment.ts";
import { peerOf } from "./environment.ts";
import type { LinkId } from "./peer.ts";
import type { NodeId } from "./node-id.ts";
import type { OperationId } from "./effects.ts";
import type { Repairs } from "./repairs.ts";
import { replicationError } from "./replication-error.ts";

interface Forced {
  readonly op: OperationId;
  readonly link: LinkId;
  readonly nodeId: NodeId;
  readonly deadline: number;
}

/** `forceSync`: a whole repair with one peer, whatever the digests say (S8). */
export class ForcedSync {
  readonly #env: Environment;
  readonly #repairs: Repairs;
  readonly #forced = new Map<number, Forced>();
  #lastRequest = 0;

  constructor(env: Environment, repairs: Repairs) {
    this.#env = env;
    this.#repairs = repairs;
  }

  begin(op: OperationId, nodeId: NodeId, deadline: number): void {
    const peer = peerOf(this.#env.peers, nodeId);
    if (peer === undefined) {
      const error = replicationError("replica-not-found", `Replica ${nodeId} is not connected.`, { nodeId });
      this.#env.emit({ type: "settle", op, outcome: { kind: "failed", error } });
      return;
    }
    const request = ++this.#lastRequest;
    this.#forced.set(request, { op, link: peer.link, nodeId, deadline });
    this.#repairs.force(peer, (report) => {
      if (this.#forced.delete(request))
        this.#env.emit({ type: "settle", op, outcome: { kind: "sync-report", report } });
    });
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

  #fail(op: OperationId, nodeId: NodeId, message: string): void {
    this.#env.emit({
      type: "settle",
      op,
      outcome: { kind: "failed", error: replicationError("sync-incomplete", message, { nodeId }) },
    });
  }
}
