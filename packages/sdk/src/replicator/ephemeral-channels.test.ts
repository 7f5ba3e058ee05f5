import { describe, expect, it } from "vitest";
import { eventually, Room } from "./room.fixture.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("an ephemeral channel (T12)", () => {
  const room = new Room();

  it("brings bytes to all that listen on it, and tells who is there, who comes and who has gone", async () => {
    const [one, other] = [await room.started(), await room.started()];
    const [here, there] = [one.channel("cursors"), other.channel("cursors")];
    const heard: string[] = [];
    here.listen({
      joined: (nodeId) => heard.push(`joined ${nodeId}`),
      left: (nodeId) => heard.push(`left ${nodeId}`),
      message: (from, said) => heard.push(`${from}: ${new TextDecoder().decode(said)}`),
    });
    await eventually(() => heard, [`joined ${other.nodeId}`]);
    const late: string[] = [];
    here.listen({ joined: (nodeId) => late.push(nodeId) });
    expect(late).toEqual([other.nodeId]);
    other.channel("else").send(bytes("not for this channel"));
    const said = bytes("at line 3");
    expect(there.send(said)).toBe(true);
    said.fill(0);
    expect(there.sendTo(one.nodeId, bytes("for you"))).toBe(true);
    const expected = [`joined ${other.nodeId}`, `${other.nodeId}: at line 3`, `${other.nodeId}: for you`];
    await eventually(() => heard, expected);
    await other.close();
    await eventually(() => heard, [...expected, `left ${other.nodeId}`]);
  });

  it("says how much is too much, and hears nothing once it is left", async () => {
    const [one, other] = [await room.started(), await room.started()];
    const channel = one.channel("c");
    let heard = 0;
    const leave = other.channel("c").listen({ message: () => heard++ });
    await new Promise<void>((resolve) => channel.listen({ joined: () => resolve() }));
    expect(() => channel.send(new Uint8Array(16 * 1024 + 1))).toThrow(
      expect.objectContaining({ code: "invalid-config" }),
    );
    expect(() => one.channel("")).toThrow(expect.objectContaining({ code: "invalid-config" }));
    expect(() => one.channel("x".repeat(65))).toThrow(expect.objectContaining({ code: "invalid-config" }));
    const sent = Array.from({ length: 20 }, () => channel.send(new Uint8Array(16 * 1024))).filter(Boolean).length;
    expect(sent).toBeGreaterThanOrEqual(16);
    expect(sent).toBeLessThan(20);
    await eventually(() => heard, sent);
    leave();
    one.channel("c").sendTo(other.nodeId, bytes("unheard"));
    await other.write({ id: "x", vector: Float32Array.of(1, 2) }, { consistency: "one" });
    await eventually(() => one.count(), 1);
    expect(heard).toBe(sent);
  });
});
