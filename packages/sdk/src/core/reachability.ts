import { type Environment, withinReach } from "./environment.ts";
import type { NodeId } from "./node-id.ts";

/** Steps in which the time until a voter is swapped is counted. */
const STEPS = 24;

/**
 * For how long voters have been out of reach while this replica was awake and connected to somebody. Each wake counts a small step at
 * most: a tab that was frozen for a night, or a clock that leaps by years, has watched nobody for that long.
 */
export class Reachability {
  readonly #env: Environment;
  readonly #canGoOn: () => boolean;
  readonly #unreachable = new Map<NodeId, number>();
  #stuckMs = 0;
  #lastWake: number | undefined;

  /** @param canGoOn whether all are there whom this replica's lineage needs for its next decision, or to carry out the last (Q3, Q6). */
  constructor(env: Environment, canGoOn: () => boolean) {
    this.#env = env;
    this.#canGoOn = canGoOn;
  }

  /** At once, not by the next wake: one that is back must not be swapped, for itself even, again and again. */
  peerUp(nodeId: NodeId): void {
    this.#unreachable.delete(nodeId);
  }

  isLost(nodeId: NodeId): boolean {
    return (this.#unreachable.get(nodeId) ?? 0) >= this.#env.config.voterSwapMs;
  }

  /** Q7c */
  get isMajorityLost(): boolean {
    return this.#stuckMs >= this.#env.config.voterExpiryMs;
  }

  wake(): void {
    const now = this.#env.now();
    const passed = Math.min(Math.max(0, now - (this.#lastWake ?? now)), 2 * this.#stepMs);
    this.#lastWake = now;
    const missing = this.#missing();
    for (const nodeId of this.#unreachable.keys()) if (!missing.includes(nodeId)) this.#unreachable.delete(nodeId);
    if (this.#env.peers.size === 0) return;
    for (const nodeId of missing) this.#unreachable.set(nodeId, (this.#unreachable.get(nodeId) ?? 0) + passed);
    if (this.#canGoOn()) this.#stuckMs = 0;
    else this.#stuckMs += passed;
  }

  /** While somebody is missed, time is counted. */
  nextWake(): number | undefined {
    if (this.#env.peers.size === 0) return undefined;
    const missing = this.#missing();
    const isExpiring = !this.isMajorityLost && Number.isFinite(this.#env.config.voterExpiryMs) && !this.#canGoOn();
    const isSwapping = missing.some((nodeId) => !this.isLost(nodeId));
    return isExpiring || isSwapping ? (this.#lastWake ?? this.#env.now()) + this.#stepMs : undefined;
  }

  get #stepMs(): number {
    const { voterSwapMs, voterExpiryMs } = this.#env.config;
    return Math.max(1, Math.min(voterSwapMs, voterExpiryMs) / STEPS);
  }

  #missing(): NodeId[] {
    const there = withinReach(this.#env);
    return this.#env.state.replicaSet.voters.map((voter) => voter.nodeId).filter((nodeId) => !there.has(nodeId));
  }
}
