import type { Ack, AckRequest, Seal, Sealed } from "./messages.ts";
import { decider, isVoter, majority, outranks, type ReplicaSetRecord, yielding } from "./replica-set.ts";
import { CausalContext } from "./causal-context.ts";
import type { Environment } from "./environment.ts";
import type { LineageId, NodeId } from "./node-id.ts";
import type { Peer } from "./peer.ts";

/** The handover's own request number: write rounds count from 1. */
const HANDOVER_REQUEST = 0;

/**
 * Hands a formed lineage over to a greater one (Q7b): its decider ends it with a record that yields, a majority of its voters seal it
 * and tell what they hold, a majority of the winner's voters acknowledge all of that, and only then do its members move over.
 *
 * Invariant: `#held` grows only by sealed voters' contexts; nothing is acknowledged in the old lineage by who has sealed it, so once a
 * majority has, it covers every write that the lineage ever acknowledged.
 */
export class LineageHandover {
  readonly #env: Environment;
  readonly #adopt: (record: ReplicaSetRecord, retired?: LineageId) => void;
  /** The greatest record known of a lineage that outranks ours. */
  #winner: ReplicaSetRecord | undefined;
  #held: CausalContext = CausalContext.EMPTY;
  readonly #sealed = new Set<NodeId>();
  readonly #acknowledged = new Set<NodeId>();
  /** What has been asked on which connection, and of a peer in which epoch, so that each is asked once. */
  readonly #asked = new Set<string>();

  constructor(env: Environment, adopt: (record: ReplicaSetRecord, retired?: LineageId) => void) {
    this.#env = env;
    this.#adopt = adopt;
  }

  /** A lineage that outranks ours, or a later epoch of the one known. */
  meet(winner: ReplicaSetRecord): void {
    const known = this.#winner;
    const better =
      known === undefined || (winner.lineage === known.lineage ? winner.epoch > known.epoch : outranks(winner, known));
    if (better) {
      this.#winner = winner;
      this.#acknowledged.clear();
      this.#asked.clear();
    }
    this.advance();
  }

  /** Another record is in force here: what was under way for the old lineage is over. */
  recordChanged(): void {
    const ours = this.#env.state.replicaSet;
    if (this.#winner?.lineage === ours.lineage) this.#winner = undefined;
    this.#held = CausalContext.EMPTY;
    this.#sealed.clear();
    this.#acknowledged.clear();
    this.#asked.clear();
    this.advance();
  }

  peerUp(peer: Peer): void {
    this.#askToSeal(peer);
    this.#askToHold(peer);
  }

  /** A voter's part: refuse the lineage from now on, durably, and say what is held. */
  onSeal(peer: Peer, message: Seal): void {
    const last = message.replicaSet;
    if (last.yieldsTo === undefined) return;
    let sealed = false;
    this.#env.queue.push({
      size: 0,
      stage: (draft) => {
        const current = draft.replicaSet;
        if (current.lineage === last.lineage) {
          sealed = current.epoch <= last.epoch;
          if (sealed) draft.replicaSet = last;
        } else {
          // A member that had left before it heard that it was made a voter never comes back: moves only go upwards.
          sealed = outranks(current, last);
        }
        return true;
      },
      settle: () => {
        if (!sealed) return;
        const { lineage, epoch } = last;
        this.#env.emit({
          type: "send",
          link: peer.link,
          message: { type: "sealed", lineage, epoch, context: this.#env.state.context },
        });
      },
      fail: () => undefined,
    });
  }

  onSealed(peer: Peer, message: Sealed): void {
    const ours = this.#env.state.replicaSet;
    if (!this.#isHandingOver(ours) || message.lineage !== ours.lineage || message.epoch !== ours.epoch) return;
    this.#takeSeal(peer.nodeId, message.context);
    this.advance();
  }

  onAck(peer: Peer, ack: Ack): void {
    const winner = this.#winner;
    if (ack.request !== HANDOVER_REQUEST || ack.lineage !== winner?.lineage || ack.epoch !== winner.epoch) return;
    if (!isVoter(winner, peer.nodeId)) return;
    this.#acknowledged.add(peer.nodeId);
    this.advance();
  }

  /** Does whatever can be done now. */
  advance(): void {
    const ours = this.#env.state.replicaSet;
    const winner = this.#winner;
    if (winner === undefined || decider(ours) !== this.#env.state.nodeId) return;
    if (ours.yieldsTo === undefined) {
      this.#adopt(yielding(ours, winner.lineage));
      return;
    }
    this.#takeSeal(this.#env.state.nodeId, this.#env.state.context);
    for (const peer of this.#env.peers.values()) this.#askToSeal(peer);
    if (!this.#isHeldWhole(ours)) return;
    if (this.#acknowledged.size >= majority(winner.voters.length)) this.#adopt(winner, ours.lineage);
    else for (const peer of this.#env.peers.values()) this.#askToHold(peer);
  }

  #isHandingOver(ours: ReplicaSetRecord): boolean {
    return this.#winner !== undefined && ours.yieldsTo !== undefined && decider(ours) === this.#env.state.nodeId;
  }

  #takeSeal(nodeId: NodeId, context: CausalContext): void {
    if (!isVoter(this.#env.state.replicaSet, nodeId) || this.#sealed.has(nodeId)) return;
    this.#sealed.add(nodeId);
    this.#held = this.#held.join(context);
    this.#acknowledged.clear();
    this.#asked.clear();
  }

  /** Whether a majority's seals are in, so that `#held` is all that the lineage has acknowledged. */
  #isHeldWhole(ours: ReplicaSetRecord): boolean {
    return this.#sealed.size >= majority(ours.voters.length);
  }

  #askToSeal(peer: Peer): void {
    const ours = this.#env.state.replicaSet;
    if (!this.#isHandingOver(ours) || this.#sealed.has(peer.nodeId) || !isVoter(ours, peer.nodeId)) return;
    this.#askOnce(peer, { type: "seal", replicaSet: ours });
  }

  #askToHold(peer: Peer): void {
    const winner = this.#winner;
    const ours = this.#env.state.replicaSet;
    if (winner === undefined || !this.#isHandingOver(ours) || !this.#isHeldWhole(ours)) return;
    if (!isVoter(winner, peer.nodeId) || this.#acknowledged.has(peer.nodeId)) return;
    const { lineage, epoch } = winner;
    this.#askOnce(peer, { type: "ack-request", request: HANDOVER_REQUEST, lineage, epoch, dots: this.#held });
  }

  #askOnce(peer: Peer, message: Seal | AckRequest): void {
    // What a peer cannot answer in the lineage in which it is, it may in the next.
    const { lineage, epoch } = peer.replicaSet;
    const question = `${peer.link} ${message.type} ${lineage} ${epoch}`;
    if (this.#asked.has(question)) return;
    this.#asked.add(question);
    this.#env.emit({ type: "send", link: peer.link, message });
  }
}
