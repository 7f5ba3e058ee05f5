import type { RoomMessage } from "./broker.ts";
import { encode } from "./outgoing-frame.ts";
import type { RosterPeer } from "./protocol.ts";

/** One connected socket, as rooms see it. */
export interface Member {
  /** The server's name for the socket. */
  readonly from: string;
  /** Sends a message that `encode` made a frame of. */
  send(frame: Buffer): void;
}

/**
 * A newcomer to a room of a thousand needs some dozen to be connected to, and can ask for others. Everybody's list of everybody
 * would be a hundred megabytes when such a room gathers anew.
 */
const MAX_LISTED = 32;

interface Membership {
  readonly member: Member;
  readonly nodeId: string | undefined;
}

/** The subscribers of one topic on this server. */
export class Room {
  readonly #topic: string;
  readonly #memberships = new Map<string, Membership>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  get size(): number {
    return this.#memberships.size;
  }

  has(member: Member): boolean {
    return this.#memberships.has(member.from);
  }

  /** Joining again is how a member tells or changes its nodeId; without one it keeps the one it told. */
  join(member: Member, nodeId: string | undefined): void {
    const told = nodeId ?? this.#memberships.get(member.from)?.nodeId;
    this.#memberships.set(member.from, { member, nodeId: told });
  }

  /** Returns whether the others should be told: the member was there, and had given its nodeId. */
  leave(member: Member): boolean {
    const membership = this.#memberships.get(member.from);
    this.#memberships.delete(member.from);
    return membership?.nodeId !== undefined;
  }

  sendRoster(to: Member): void {
    const peers: RosterPeer[] = [];
    let seen = 0;
    for (const { member, nodeId } of this.#memberships.values()) {
      if (nodeId === undefined || member === to) continue;
      // Reservoir sampling (Vitter 1985, algorithm R): each ends up in the list with the same probability.
      const place = peers.length < MAX_LISTED ? peers.length : Math.floor(Math.random() * (seen + 1));
      if (place < MAX_LISTED) peers[place] = { from: member.from, nodeId };
      seen++;
    }
    to.send(encode({ type: "roster", topic: this.#topic, self: to.from, peers, clients: this.size }));
  }

  deliver(message: RoomMessage): void {
    if (message.type === "left") {
      const frame = encode(message);
      for (const { member, nodeId } of this.#memberships.values()) if (nodeId !== undefined) member.send(frame);
      return;
    }
    if (message.type === "relay") {
      const membership = this.#memberships.get(message.to);
      // y-webrtc's clients give none, and would not know what it is.
      if (membership?.nodeId !== undefined) membership.member.send(encode(message));
      return;
    }
    const frame = encode({ ...message, clients: this.size });
    if (message.to !== undefined) this.#memberships.get(message.to)?.member.send(frame);
    else for (const { member } of this.#memberships.values()) member.send(frame);
  }
}
