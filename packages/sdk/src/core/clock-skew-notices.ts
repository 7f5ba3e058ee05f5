import type { Draft } from "./draft.ts";
import type { Environment } from "./environment.ts";
import type { NodeId } from "./node-id.ts";
import type { Correspondent } from "./peer.ts";

/** A clock that is wrong stays wrong: whoever is told once a minute is told in time, and a peer that stamps as it likes tells no more. */
export const NOTICE_INTERVAL_MS: number = 60 * 1000;
/** Peers remembered, also after they have gone: coming back is no way to be heard more often. */
const MAX_REMEMBERED = 256;

/** Tells of peers whose stamps the local clock may not follow (C8). */
export class ClockSkewNotices {
  readonly #env: Environment;
  readonly #toldAt = new Map<NodeId, number>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** Is shown each transaction in the making that holds a peer's versions. */
  note(peer: Correspondent, draft: Draft): void {
    if (!draft.skewed) return;
    draft.skewed = false;
    const now = this.#env.now();
    if (now - (this.#toldAt.get(peer.nodeId) ?? Number.NEGATIVE_INFINITY) < NOTICE_INTERVAL_MS) return;
    this.#toldAt.delete(peer.nodeId);
    this.#toldAt.set(peer.nodeId, now);
    const [oldest] = this.#toldAt.keys();
    if (this.#toldAt.size > MAX_REMEMBERED && oldest !== undefined) this.#toldAt.delete(oldest);
    this.#env.emit({ type: "notice", notice: { type: "clockSkew", nodeId: peer.nodeId } });
  }
}
