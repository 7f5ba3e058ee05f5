import { expect, test } from "vitest";
import type { WelcomeMessage } from "./protocol.ts";
import { readFrame } from "./testing/read-frame.ts";
import { isWorthTelling, Welcome } from "./welcome.ts";

const HALF_MS = 1_800_000;
const turn = { urls: ["turn:t.example"], secret: "s" };
const relay = { bytesPerSecond: 1, socketBytesPerSecond: 2, bytesPerMessage: 3 };

function member(): { sent: WelcomeMessage[]; from: string; send: (frame: Buffer) => void } {
  const sent: WelcomeMessage[] = [];
  return { sent, from: "me", send: (frame) => void sent.push(readFrame(frame) as WelcomeMessage) };
}

test("T10: credentials are given at once, and anew when half their time is over", () => {
  const to = member();
  const welcome = new Welcome(to, { turn, relay: undefined, subject: "ada" }, 0);
  welcome.renew(HALF_MS - 1);
  welcome.renew(HALF_MS);
  welcome.renew(HALF_MS + 1);
  expect(to.sent.map(({ iceServers }) => iceServers[0]?.username)).toEqual(["3600:ada", "5400:ada"]);
  expect(to.sent.map((message) => message.relay)).toEqual([undefined, undefined]);
});

test("T11: that the server relays, and how much, is told once", () => {
  const to = member();
  const welcome = new Welcome(to, { turn: undefined, relay, subject: "ada" }, 0);
  welcome.renew(Number.MAX_SAFE_INTEGER);
  expect(to.sent).toEqual([{ type: "welcome", iceServers: [], relay }]);
});

test("T10, T11: a server that has neither says nothing", () => {
  const worth = [{}, { turn }, { relay }].map((offer) =>
    isWorthTelling({ turn: undefined, relay: undefined, subject: "ada", ...offer }),
  );
  expect(worth).toEqual([false, true, true]);
});
