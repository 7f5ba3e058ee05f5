import { type Environment, peerOf, withinReach } from "./environment.ts";
import type { VoterMessage } from "./messages.ts";
import type { NodeId } from "./node-id.ts";

/** Takes messages to voters by their NodeId, this replica's own among them, which gets them without a connection. */
export class Courier {
  readonly #env: Environment;
  readonly #deliver: (from: NodeId, message: VoterMessage) => void;

  constructor(env: Environment, deliver: (from: NodeId, message: VoterMessage) => void) {
    this.#env = env;
    this.#deliver = deliver;
  }

  /** What cannot be reached gets nothing. */
  send(to: NodeId, message: VoterMessage): void {
    const self = this.#env.state.nodeId;
    const peer = peerOf(this.#env.peers, to);
    if (to === self) this.#deliver(self, message);
    else if (peer !== undefined) this.#env.emit({ type: "send", link: peer.link, message });
  }

  /** Whether it is a neighbour, or somebody else's on the way to whom others are (T7): it is there, though these messages do not get there. */
  isThere(nodeId: NodeId): boolean {
    return withinReach(this.#env).has(nodeId);
  }

  reaches(nodeId: NodeId): boolean {
    return nodeId === this.#env.state.nodeId || peerOf(this.#env.peers, nodeId) !== undefined;
  }
}
