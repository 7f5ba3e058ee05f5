import { expect, it } from "vitest";

import { MAX_QUEUED_BYTES, PeerLink } from "./peer-link.ts";
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
