import { describe, expect, it } from "vitest";
import { crdt } from "../adapters/yjs/crdt.ts";
import { eventually, Room, vector } from "./room.fixture.ts";
import { lastWriteWins } from "../core/conflict-resolution.ts";

describe("a shelf", () => {
  const room = new Room();

  it.each([
    ["with the last write", lastWriteWins()],
    ["of documents", crdt()],
  ])("in a room %s is replicated, and neither listed, counted, searched nor told of", async (_mode, resolution) => {
    const config = { conflictResolution: resolution as never };
    const [one, other] = [await room.started(config), await room.started(config)];
    const [here, there] = [one.shelf("a b/c"), other.shelf("a b/c")];
    const changed: string[] = [];
    there.follow((keys) => changed.push(...keys));
    await here.change(
      [
        { key: "k", data: { n: 1 } },
        { key: "l", data: { n: 2 } },
      ],
      [],
      { consistency: "one" },
    );
    await other.shelf("d").change([{ key: "k", data: { n: 3 } }], [], { consistency: "one" });
    await one.write({ id: "entry", vector: vector(1, 0) }, { consistency: "one" });
    const lying = async (): Promise<unknown> =>
      Object.fromEntries((await there.read()).map(({ key, data }) => [key, data["n"]]));
    await eventually(lying, { k: 1, l: 2 });
    await eventually(() => other.count(), 1);
    expect(changed.toSorted()).toEqual(["k", "l"]);
    for (const replica of [one, other]) {
      expect((await replica.search(vector(1, 0), { k: 9 })).map(({ id }) => id)).toEqual(["entry"]);
      const ids: string[] = [];
      for await (const { id } of replica.entries()) ids.push(id);
      expect(ids).toEqual(["entry"]);
      for await (const { id } of replica.changes()) {
        expect(id).toBe("entry");
        break;
      }
    }
    const [k, l] = await here.read(["k", "l"]);
    await here.change([{ key: "l", data: { n: 4 } }], [], { consistency: "one" });
    // What has been written since it was read stays.
    await here.change([], [k!, l!], { consistency: "one" });
    await eventually(() => there.keys(), ["l"]);
    await eventually(lying, { l: 4 });
  });

  it("is confirmed as a whole by as many voters as are asked for (Q4, Q8)", async () => {
    const [one, , third] = await room.voters(3);
    const shelf = one!.shelf("s");
    await shelf.confirm({ consistency: "quorum" });
    await shelf.change([{ key: "k", data: {} }], [], { consistency: "one" });
    await shelf.confirm({ consistency: "all" });
    expect(third!.shelf("s").keys()).toEqual(["k"]);
    await one!.stop();
    await shelf.change([{ key: "l", data: {} }], [], { consistency: "one" });
    await expect(shelf.confirm({ consistency: "quorum" })).rejects.toMatchObject({ code: "quorum-unavailable" });
  });

  it("refuses names that are too long, and the room's entries the ids of shelves", async () => {
    const replica = await room.replicator();
    expect(() => replica.shelf("x".repeat(300))).toThrow(expect.objectContaining({ code: "invalid-config" }));
    expect(() => replica.shelf("")).toThrow(expect.objectContaining({ code: "invalid-config" }));
    const id = "\u0000shelf/s/k";
    for (const attempt of [replica.write({ id, vector: vector(1, 2) }), replica.delete(id)])
      await expect(attempt).rejects.toMatchObject({ code: "invalid-entry", id });
  });
});
