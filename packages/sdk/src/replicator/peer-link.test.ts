import { expect, it } from "vitest";

import { EPHEMERAL_YIELDS_AT_BYTES, LIVE_QUEUE_BYTES, MAX_QUEUED_BYTES, PeerLink } from "./peer-link.ts";
import type { LinkId } from "../core/peer.ts";
import type { NodeId } from "../core/node-id.ts";
import { Throttle } from "./throttle.ts";

const BATCH = {
  type: "batch",
  session: 1,
  index: 0,
  versions: [
    {
      id: "x",
      dot: { origin: "01".repeat(8), seq: 1 },
      context: new Map(),
      hlc: { wallMs: 0, counter: 0 },
      tombstone: false,
      vector: new Float32Array(65_536).map(() => Math.random()),
      metadata: {},
    },
  ],
} as unknown as Parameters<PeerLink["send"]>[0];

/** A peer that reads nothing. */
function link(bytesPerSecond: number) {
  const queued = { control: 0, live: 0, bulk: 0 };
  const closed: string[] = [];
  const connection = {
    peer: "00".repeat(16) as NodeId,
    send: (bytes: Uint8Array, priority: keyof typeof queued) => void (queued[priority] += bytes.length),
    channelBinding: new Uint8Array(),
    queuedBytes: (priority: keyof typeof queued) => queued[priority],
    close: (reason: string) => void closed.push(reason),
  };
  const runtime = {
    now: () => 0,
    randomBytes: () => new Uint8Array(),
    setTimer: () => () => undefined,
    soon: () => undefined,
  };
  const throttle = new Throttle(bytesPerSecond, runtime, () => undefined);
  const traffic = { sentBytes: 0, receivedBytes: 0, savedBytes: 0, sentAcks: 0, receivedAcks: 0 };
  return { link: new PeerLink(1 as LinkId, connection, { throttle, traffic, compress: false }), queued, closed };
}

it.each([
  ["on the line", Number.POSITIVE_INFINITY],
  ["in the throttle", 1],
])("P8: a peer that asks and reads nothing is let go before what waits for it %s fills the memory", (_where, rate) => {
  const { link: peer, queued, closed } = link(rate);
  let sent = 0;
  while (closed.length === 0 && sent < 10_000) {
    peer.send(BATCH);
    sent++;
  }
  expect(closed).toEqual(["it asks for more than it reads"]);
  expect(sent * 256 * 1024).toBeLessThan(MAX_QUEUED_BYTES + 1024 * 1024);
  const before = { ...queued };
  peer.send(BATCH);
  expect(queued).toEqual(before);
});

it.each([
  ["on the line", Number.POSITIVE_INFINITY],
  ["in the throttle", 1],
])("T12: ephemeral messages yield to live writes that wait %s, and never keep one from leaving", (_where, rate) => {
  const { link: peer } = link(rate);
  const ephemeral = {
    type: "ephemeral",
    origin: "00".repeat(16) as NodeId,
    opening: "00".repeat(8),
    seq: 1,
    reach: 0,
    channel: "c",
    bytes: new Uint8Array(16 * 1024),
  } as const;
  for (let i = 0; i < 1000; i++) peer.send(ephemeral);
  expect(peer.queuedBytes).toBeGreaterThan(EPHEMERAL_YIELDS_AT_BYTES);
  expect(peer.queuedBytes).toBeLessThan(EPHEMERAL_YIELDS_AT_BYTES + 2 * ephemeral.bytes.length);
  const before = peer.queuedBytes;
  const push = { type: "push", ack: undefined, versions: "versions" in BATCH ? BATCH.versions : [] } as const;
  peer.send(push);
  const after = peer.queuedBytes;
  expect(after).toBeGreaterThan(before + 200_000);
  expect(after).toBeLessThan(LIVE_QUEUE_BYTES);
  peer.send(ephemeral);
  expect(peer.queuedBytes).toBe(after);
});
