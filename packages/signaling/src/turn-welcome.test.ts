import { expect, test } from "vitest";
import type { WelcomeMessage } from "./protocol.ts";
import { TurnWelcome } from "./turn-welcome.ts";

const HALF_MS = 1_800_000;

test("T10: credentials are given at once, and anew when half their time is over", () => {
  const sent: WelcomeMessage[] = [];
  const member = {
    from: "me",
    send: (frame: Buffer) => void sent.push(JSON.parse(frame.toString()) as WelcomeMessage),
  };
  const welcome = new TurnWelcome(member, { urls: ["turn:t.example"], secret: "s" }, "ada", 0);
  welcome.renew(HALF_MS - 1);
  welcome.renew(HALF_MS);
  welcome.renew(HALF_MS + 1);
  expect(sent.map(({ iceServers }) => iceServers[0]?.username)).toEqual(["3600:ada", "5400:ada"]);
});

test("T10: without a TURN server nothing is sent", () => {
  const member = { from: "me", send: () => expect.unreachable() };
  expect(() => new TurnWelcome(member, undefined, "ada", 0).renew(HALF_MS)).not.toThrow();
});
