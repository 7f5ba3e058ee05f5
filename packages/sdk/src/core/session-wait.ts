import type { CausalContext } from "./causal-context.ts";
import type { Environment } from "./environment.ts";
import type { Input, OperationId } from "./effects.ts";
import { replicationError } from "./replication-error.ts";

type Wait = Extract<Input, { readonly type: "await-session" }>;

/** Readers that wait until this replica has seen the writes of a session: read-your-writes, on any replica (Q9). */
export class SessionWaits {
  readonly #env: Environment;
  readonly #waits = new Map<OperationId, Wait>();

  constructor(env: Environment) {
    this.#env = env;
  }

  begin(wait: Wait): void {
    this.#waits.set(wait.op, wait);
    this.contextChanged();
  }

  contextChanged(): void {
    const { context } = this.#env.state;
    for (const { op, dots } of this.#waits.values()) {
      if (!context.coversAll(dots)) continue;
      this.#waits.delete(op);
      this.#env.emit({ type: "settle", op, outcome: { kind: "done" } });
    }
  }

  abandon(op: OperationId): void {
    this.#waits.delete(op);
  }

  wake(): void {
    for (const { op, dots, deadline } of this.#waits.values()) {
      if (deadline > this.#env.now()) continue;
      this.#waits.delete(op);
      const missing = countOf(dots.difference(this.#env.state.context));
      const message = `This replica still lacks ${missing} of the session's writes. Read again later, or from the replica that made them; without \`after\`, for what this one holds.`;
      const error = replicationError("session-not-satisfied", message, { missing });
      this.#env.emit({ type: "settle", op, outcome: { kind: "failed", error } });
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#waits.values()) next = Math.min(next ?? deadline, deadline);
    return next;
  }
}

function countOf(dots: CausalContext): number {
  let count = 0;
  for (const intervals of dots.origins.values())
    for (let i = 0; i < intervals.length; i += 2) count += intervals[i + 1]! - intervals[i]! + 1;
  return count;
}
