import { describe, expect } from "vitest";

import { type Envelope, type Instance, type Letter, parseLetter } from "./envelope.ts";
import { mutateText, mutateValue } from "../../fuzzing/value-mutation.fixture.ts";
import { parseSignal, type Signal } from "./signal.ts";
import { fuzz } from "../../fuzzing/campaign.fixture.ts";
import type { LineName } from "../relay/relay.ts";
import type { NodeId } from "../../core/node-id.ts";
import { parseTopicMessage } from "./topic-message.ts";
import { weightOf } from "../../fuzzing/weight.fixture.ts";

const SDP = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n";
const signals: readonly Signal[] = [
  { type: "offer", sdp: SDP },
  { type: "answer", sdp: SDP },
  {
    type: "candidate",
    candidate: {
      candidate: "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0",
      sdpMLineIndex: 0,
      sdpMid: "0",
    },
  },
  { type: "relay-offer", line: "0d".repeat(8) as LineName, key: "k_-".repeat(29) },
  { type: "relay-answer", line: "0d".repeat(8) as LineName, key: "k_-".repeat(29) },
  { type: "candidate", candidate: { candidate: "", sdpMLineIndex: null, sdpMid: "data" } },
];

const sender = { nodeId: "0a".repeat(16) as NodeId, instance: "0b".repeat(8) as Instance, openedAt: 1, upMs: 2 };
const to = "0c".repeat(8) as Instance;
const envelopes: readonly Envelope[] = [
  { ...sender, type: "announce", to: undefined, answer: true, free: false },
  { ...sender, type: "announce", to, answer: false, free: true },
  { ...sender, type: "goodbye", to: undefined },
  ...signals.map((signal): Envelope => ({ ...sender, type: "signal", to, attempt: 3, signal })),
];

const letters: readonly Letter[] = [...envelopes, { type: "sealed", instance: to, to, sealed: "c2VhbGVk".repeat(9) }];

/** The longest sealed letter, and what else there is. */
const MAX_WEIGHT = 50_000;
const topicMessages: readonly string[] = [
  ...letters.map((vecmesh) => ({ type: "publish", topic: "vecmesh:room", from: "x", clients: 2, vecmesh })),
  { type: "left", topic: "vecmesh:room", from: "x" },
  { type: "roster", topic: "vecmesh:room", self: "x", peers: [{ from: "y", nodeId: to }], clients: 2 },
  { type: "relay", topic: "vecmesh:room", from: "x", to: "y", data: "c2VhbGVk" },
].map((message) => JSON.stringify(message));

const print = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) => (typeof member === "bigint" ? String(member) : member));

/** What was accepted is one of ours to the last member: it comes back the same from JSON, and is bounded. */
function checkParser(parse: (value: unknown) => unknown, value: unknown): void {
  const parsed = parse(value);
  if (parsed === undefined) return;
  expect(weightOf(parsed)).toBeLessThan(MAX_WEIGHT);
  const text = JSON.stringify(parsed);
  expect(JSON.stringify(parse(JSON.parse(text)))).toBe(text);
}

describe("P8: nothing that signaling brings throws, and what is taken has one bounded form (T2)", () => {
  fuzz("signals", {
    inputs: 1_000,
    generate: (random) => mutateValue(random, signals),
    check: (value) => checkParser(parseSignal, value),
    print,
  });

  // What a BroadcastChannel brings is any structured clone.
  fuzz("letters", {
    inputs: 1_000,
    generate: (random) => mutateValue(random, letters),
    check: (value) => checkParser(parseLetter, value),
    print,
  });

  fuzz("a server's messages", {
    inputs: 500,
    generate: (random) => mutateText(random, random.pick(topicMessages)),
    check: (text) => {
      const message = parseTopicMessage(text);
      if (message === undefined) return;
      expect(typeof message.topic).toBe("string");
      if (message.type === "roster") return expect(message.routes.size).toBeLessThan(101);
      expect(typeof message.from).toBe("string");
      checkParser(parseLetter, message.type === "publish" ? message["vecmesh"] : undefined);
    },
    print,
  });
});
