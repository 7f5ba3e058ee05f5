import { describe, expect, it } from "vitest";
import { errorCodes, eventually, recorded, Room, vector } from "./room.fixture.ts";
import { custom, type Resolved } from "../core/conflict-resolution.ts";

const room = new Room();

async function conflictResolvedBy(resolve: () => Resolved): Promise<{ shown: unknown; codes: string[] }> {
  const conflictResolution = custom(resolve, { version: "1" });
  const [a, b] = [await room.replicator({ conflictResolution }), await room.replicator({ conflictResolution })];
  const events = recorded(a);
  await a.write({ id: "x", vector: vector(1, 1), metadata: { by: "a" } }, { consistency: "one" });
  await b.write({ id: "x", vector: vector(2, 2), metadata: { by: "b" } }, { consistency: "one" });
  await a.start();
  await b.start();
  await eventually(() => events.some((event) => event.type === "conflict"), true);
  const entry = await a.get("x");
  expect((await a.search(vector(1, 1))).map((hit) => hit.id)).toEqual(["x"]);
  await Promise.all([a.close(), b.close()]);
  return { shown: entry?.metadata, codes: errorCodes(events) };
}

describe("a custom resolver", () => {
  it("decides what a conflict shows (C6)", async () => {
    const merged = { vector: vector(3, 3), metadata: { by: "both" } };
    expect(await conflictResolvedBy(() => merged)).toEqual({ shown: { by: "both" }, codes: [] });
  });

  it.each([
    [
      "throws",
      (): Resolved => {
        throw new Error("no idea");
      },
    ],
    ["returns a vector of another length", (): Resolved => ({ vector: vector(1, 2, 3), metadata: {} })],
    ["returns nothing", (): Resolved => undefined as never],
  ])("that %s hides nothing: the latest write is shown, and an event tells", async (_what, resolve) => {
    const { shown, codes } = await conflictResolvedBy(resolve);
    expect([{ by: "a" }, { by: "b" }]).toContainEqual(shown);
    expect(codes).toContain("resolver-failed");
  });
});
