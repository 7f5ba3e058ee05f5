import type { Environment } from "./environment.ts";
import type { VoterMessage } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import { peerOf } from "./environment.ts";

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

  reaches(nodeId: NodeId): boolean {
    return nodeId === this.#env.state.nodeId || peerOf(this.#env.peers, nodeId) !== undefined;
  }
}
