import type { Broker } from "./broker.ts";
import type { Limits } from "./limits.ts";
import { CLOSE_CODES, type PublishMessage, type RelayMessage } from "./protocol.ts";
import { type Member, Room } from "./room.ts";
import { Violation } from "./violation.ts";

interface OpenRoom {
  readonly room: Room;
  readonly unsubscribe: () => void;
}

/** The rooms of one server: each exists, and listens to the broker, while it has members. */
export class RoomDirectory {
  readonly #broker: Broker;
  readonly #limits: Limits;
  readonly #rooms = new Map<string, OpenRoom>();

  constructor(broker: Broker, limits: Limits) {
    this.#broker = broker;
    this.#limits = limits;
  }

  get size(): number {
    return this.#rooms.size;
  }

  /** On this server. */
  subscribersOf(topic: string): number {
    return this.#rooms.get(topic)?.room.size ?? 0;
  }

  /**
   * With a `nodeId` the member gets the topic's roster.
   * @throws Violation, changing nothing, when the topic or the server is full.
   */
  join(topic: string, member: Member, nodeId: string | undefined): void {
    const { room } = this.#rooms.get(topic) ?? this.#open(topic);
    if (room.size >= this.#limits.maxSubscribersPerTopic && !room.has(member)) {
      throw new Violation(CLOSE_CODES.tryAgainLater, "the topic is full");
    }
    room.join(member, nodeId);
    if (nodeId !== undefined) room.sendRoster(member);
  }

  leave(topic: string, member: Member): void {
    const open = this.#rooms.get(topic);
    if (open === undefined) return;
    const tellOthers = open.room.leave(member);
    if (open.room.size === 0) {
      this.#rooms.delete(topic);
      open.unsubscribe();
    }
    if (tellOthers) this.#broker.publish(topic, { type: "left", topic, from: member.from });
  }

  publish(message: PublishMessage | RelayMessage, from: string): void {
    this.#broker.publish(message.topic, { ...message, from });
  }

  #open(topic: string): OpenRoom {
    if (this.#rooms.size >= this.#limits.maxTopics) {
      throw new Violation(CLOSE_CODES.tryAgainLater, "the server has as many topics as it may have");
    }
    const room = new Room(topic);
    const unsubscribe = this.#broker.subscribe(topic, (message) => room.deliver(message));
    const open = { room, unsubscribe };
    this.#rooms.set(topic, open);
    return open;
  }
}
