import { SinkError } from "../sink-error.ts";
import type { SinkEntry, SinkPosition, SinkTarget } from "../sink-target.ts";
import type { TargetSubject } from "./target-contract.fixture.ts";

interface Room {
  owner: string;
  position: SinkPosition | undefined;
  readonly entries: Map<string, SinkEntry>;
}

/** A database in memory, with a record of every change that it has seen. Each call of `target` is a connection. */
export class MemoryDatabase {
  readonly rooms: Map<string, Room> = new Map();
  /** What has really changed, in order: `put id`, `delete id`. */
  readonly log: { readonly type: "put" | "delete"; readonly id: string; readonly text: string }[] = [];
  /** Called before and after the commit of each step; what it throws or awaits is what the database does. */
  around: (moment: "before" | "after") => void | Promise<void> = () => undefined;

  target(): SinkTarget {
    return {
      prepare: async () => ({ kept: "in memory" }),
      claim: async (name, owner) => {
        const room = this.rooms.get(name) ?? { owner, position: undefined, entries: new Map<string, SinkEntry>() };
        room.owner = owner;
        this.rooms.set(name, room);
        return room.position;
      },
      apply: async (name, owner, { puts, deletes, position }) => {
        await this.around("before");
        const room = this.rooms.get(name);
        if (room?.owner !== owner) throw new SinkError("taken-over", "another has claimed it");
        if (puts.some(({ vector }) => vector.some((component) => !Number.isFinite(component))))
          throw new SinkError("refused", "no number");
        room.position = position;
        for (const put of puts) this.#put(room, put);
        for (const id of deletes) if (room.entries.delete(id)) this.log.push({ type: "delete", id, text: "" });
        await this.around("after");
      },
      idsAfter: async (name, id, limit) =>
        [...(this.rooms.get(name)?.entries.keys() ?? [])]
          .sort()
          .filter((other) => other > id)
          .slice(0, limit),
      close: async () => undefined,
    };
  }

  #put(room: Room, entry: SinkEntry): void {
    const held = room.entries.get(entry.id);
    if (held !== undefined && textOf(held) === textOf(entry)) return;
    room.entries.set(entry.id, entry);
    this.log.push({ type: "put", id: entry.id, text: textOf(entry) });
  }
}

export function memorySubject(): TargetSubject {
  const database = new MemoryDatabase();
  const writings = new WeakMap<SinkEntry, string>();
  let count = 0;
  return {
    name: "memory",
    open: async () => database.target(),
    read: async (name) =>
      new Map(
        [...database.rooms.get(name)!.entries].map(([id, entry]) => {
          const writing = writings.get(entry) ?? String(count++);
          writings.set(entry, writing);
          return [id, { vector: [...entry.vector], metadata: entry.metadata, timestamp: entry.timestamp, writing }];
        }),
      ),
  };
}

/** As text -0 is 0 in JSON. */
function textOf({ vector, metadata, timestamp }: SinkEntry): string {
  const components = [...vector].map((component) => (Object.is(component, -0) ? "-0" : String(component)));
  return JSON.stringify([components, metadata, timestamp]);
}
