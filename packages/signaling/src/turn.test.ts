import { describe, expect, test } from "vitest";
import type { SignalingServerOptions } from "./server.ts";
import { connectTo, serve } from "./testing/setting.ts";

const turn: SignalingServerOptions["turn"] = { urls: ["turn:turn.example:3478"], secret: "s" };
const authorize: SignalingServerOptions["authorize"] = () => ({ allowed: true, subject: "ada" });

describe("T10: TURN credentials", () => {
  test("come before the first roster, once", async () => {
    const client = await connectTo(await serve({ turn, authorize }));
    const answers = await client.subscribe("room", "node-a");
    expect(answers.map(({ type }) => type)).toEqual(["welcome", "roster"]);
    expect(answers[0]).toMatchObject({
      iceServers: [{ urls: turn.urls, username: expect.stringMatching(/^\d+:ada$/) }],
    });
    expect((await client.subscribe("another", "node-a")).map(({ type }) => type)).toEqual(["roster"]);
  });

  test("are renewed while the socket is open", async () => {
    const client = await connectTo(
      await serve({ turn: { ...turn, ttlSeconds: 1 }, authorize, limits: { pingIntervalMs: 1000 } }),
    );
    await client.subscribe("room", "node-a");
    expect(await client.next()).toMatchObject({ type: "welcome" });
  });

  test("are not for y-webrtc's clients, nor for whom nobody has checked", async () => {
    const plain = await connectTo(await serve({ turn, authorize }));
    expect(await plain.subscribe("room")).toEqual([]);
    const stranger = await connectTo(await serve({ turn }));
    expect((await stranger.subscribe("room", "node-a")).map(({ type }) => type)).toEqual(["roster"]);
  });
});
