import type { Broker } from "./broker.ts";
import type { PublishMessage } from "./protocol.ts";
import { type Member, Room } from "./room.ts";

interface OpenRoom {
  readonly room: Room;
  readonly unsubscribe: () => void;
}

/** The rooms of one server: each exists, and listens to the broker, while it has members. */
export class RoomDirectory {
  readonly #broker: Broker;
  readonly #maxSubscribersPerTopic: number;
  readonly #rooms = new Map<string, OpenRoom>();

  constructor(broker: Broker, maxSubscribersPerTopic: number) {
    this.#broker = broker;
    this.#maxSubscribersPerTopic = maxSubscribersPerTopic;
  }

  /** Returns false, changing nothing, when the topic is full. With a `nodeId` the member gets the topic's roster. */
  join(topic: string, member: Member, nodeId: string | undefined): boolean {
    const { room } = this.#rooms.get(topic) ?? this.#open(topic);
    if (room.size >= this.#maxSubscribersPerTopic && !room.has(member)) return false;
    room.join(member, nodeId);
    if (nodeId !== undefined) room.sendRoster(member);
    return true;
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

  publish(message: PublishMessage, from: string): void {
    this.#broker.publish(message.topic, { ...message, from });
  }

  #open(topic: string): OpenRoom {
    const room = new Room(topic);
    const unsubscribe = this.#broker.subscribe(topic, (message) => room.deliver(message));
    const open = { room, unsubscribe };
    this.#rooms.set(topic, open);
    return open;
  }
}
