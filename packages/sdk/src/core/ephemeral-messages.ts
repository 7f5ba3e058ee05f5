import type { Ephemeral, Reconfigured } from "./messages.ts";
import type { LinkId, Peer } from "./peer.ts";
import { ByteAllowance } from "./byte-allowance.ts";
import type { Environment } from "./environment.ts";
import type { EphemeralEvent } from "./ephemeral-channel.ts";
import type { Input } from "./effects.ts";
import { MAX_ROUTE_HOPS } from "./voter-routes.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import type { NodeId } from "./node-id.ts";

/** What one neighbour may bring, its own and others': the cursors of a hundred people who all type. More is dropped. */
export const EPHEMERAL_BYTES_BROUGHT: { readonly atOnce: number; readonly perSecond: number } = {
  atOnce: 1024 * 1024,
  perSecond: 256 * 1024,
};
/** Messages whose names are remembered, so that none is taken twice: those of some seconds in a busy room. */
export const MAX_EPHEMERAL_NAMES = 8192;
/** Replicas that are remembered as heard: all of a large room. */
const MAX_HEARD = 4096;
/** A message's fields beside its bytes, and what its way through a replica costs. */
const HEAD_BYTES = 64;

/**
 * "I take ephemeral messages": an answer to request 0, which nobody ever asks. Replicas of this protocol version that know no such messages
 * take it for a late answer and drop it, where a new type or flag would make them close the connection; and they are sent none.
 */
const ANNOUNCEMENT: Reconfigured = { type: "reconfigured", request: 0, outcome: "done" };

/**
 * Ephemeral messages (T12): bytes for everybody in the room, kept by nobody. Whoever hears one passes it on to those of its neighbours that it did not
 * come from and that are not known to be connected to whoever sent it: to none in a full mesh, and in others by every way, of which the first counts.
 * A replica that has opened no channel says nothing of its own accord, and passes on.
 */
export class EphemeralMessages {
  readonly #env: Environment;
  readonly #neighbourhood: Neighbourhood;
  readonly #mintOpening: () => string;
  readonly #allowances = new Map<LinkId, ByteAllowance>();
  readonly #announcedTo = new Set<LinkId>();
  readonly #takers = new Map<LinkId, NodeId>();
  /** Of messages, in the order of hearing. */
  readonly #names = new Set<string>();
  /** Who has been heard, and whether it was known to be somebody's neighbour. */
  readonly #heard = new Map<NodeId, boolean>();
  #opening: string | undefined;
  #lastSeq = 0;

  constructor(env: Environment, neighbourhood: Neighbourhood, mintOpening: () => string) {
    this.#env = env;
    this.#neighbourhood = neighbourhood;
    this.#mintOpening = mintOpening;
  }

  handle(input: Extract<Input, { readonly type: "open-channels" | "say" }>): void {
    if (this.#opening === undefined) {
      this.#opening = this.#mintOpening();
      for (const link of this.#env.peers.keys()) this.#announce(link);
    }
    if (input.type === "say") this.#say(this.#opening, input.channel, input.bytes, input.to);
  }

  peerUp({ link }: Peer): void {
    const { atOnce, perSecond } = EPHEMERAL_BYTES_BROUGHT;
    this.#allowances.set(link, new ByteAllowance(atOnce, perSecond, this.#env.now()));
    if (this.#opening !== undefined) this.#announce(link);
  }

  peerDown(link: LinkId): void {
    this.#allowances.delete(link);
    this.#announcedTo.delete(link);
    const nodeId = this.#takers.get(link);
    if (this.#takers.delete(link) && nodeId !== undefined) this.#tell({ type: "parted", nodeId });
  }

  /** Returns whether this is no answer, but says that the peer takes ephemeral messages. */
  isAnnouncement(peer: Peer, { request }: Reconfigured): boolean {
    if (request !== ANNOUNCEMENT.request) return false;
    if (this.#takers.has(peer.link)) return true;
    this.#takers.set(peer.link, peer.nodeId);
    this.#announce(peer.link);
    this.#tell({ type: "joined", nodeId: peer.nodeId });
    return true;
  }

  onMessage(peer: Peer, message: Ephemeral): void {
    const { origin, opening, seq, reach, channel, bytes } = message;
    if (this.#allowances.get(peer.link)?.take(HEAD_BYTES + bytes.length, this.#env.now()) !== true) return;
    const name = `${opening}:${seq}`;
    if (origin === this.#env.state.nodeId || this.#names.has(name)) return;
    forgetOldest(this.#names.add(name), MAX_EPHEMERAL_NAMES);
    this.#heard.set(origin, this.#neighbourhood.knows(origin) || this.#heard.get(origin) === true);
    forgetOldest(this.#heard, MAX_HEARD);
    this.#tell({ type: "message", from: origin, channel, bytes });
    if (reach > 0) this.#send(this.#neighbourhood.beyond(peer), { ...message, reach: reach - 1 });
  }

  /** Somebody is connected to others than before. */
  meshChanged(): void {
    for (const [nodeId, wasKnown] of this.#heard) {
      if (this.#neighbourhood.knows(nodeId)) this.#heard.set(nodeId, true);
      else if (wasKnown) {
        this.#heard.delete(nodeId);
        this.#tell({ type: "left", nodeId });
      }
    }
  }

  #say(opening: string, channel: string, bytes: Uint8Array, to: NodeId | undefined): void {
    const { nodeId: origin } = this.#env.state;
    const reach = to === undefined ? MAX_ROUTE_HOPS - 1 : 0;
    const peers = [...this.#env.peers.values()].filter(({ nodeId }) => to === undefined || nodeId === to);
    this.#send(peers, { type: "ephemeral", origin, opening, seq: ++this.#lastSeq, reach, channel, bytes });
  }

  #send(to: Iterable<Peer>, message: Ephemeral): void {
    for (const { link } of to) if (this.#takers.has(link)) this.#env.emit({ type: "send", link, message });
  }

  #announce(link: LinkId): void {
    if (this.#announcedTo.has(link)) return;
    this.#announcedTo.add(link);
    this.#env.emit({ type: "send", link, message: ANNOUNCEMENT });
  }

  #tell(event: EphemeralEvent): void {
    if (this.#opening !== undefined) this.#env.emit({ type: "heard", event });
  }
}

function forgetOldest<K>(
  keys: { readonly size: number; keys(): Iterable<K>; delete(key: K): boolean },
  max: number,
): void {
  if (keys.size <= max) return;
  for (const oldest of keys.keys()) {
    keys.delete(oldest);
    return;
  }
}
