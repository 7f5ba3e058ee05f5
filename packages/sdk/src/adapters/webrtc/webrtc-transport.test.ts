import { expect, test } from "vitest";
import { isReplicationError } from "../../core/replication-error.ts";
import { mintNodeId } from "../../core/node-id.ts";
import { ManualRuntime } from "../../testing/manual-runtime.fixture.ts";
import { webrtcTransport } from "./webrtc-transport.ts";

const runtime = new ManualRuntime();
const self = { room: "room", nodeId: mintNodeId((length) => runtime.randomBytes(length)), openedAt: 0 };
const events = { connected() {}, message() {}, disconnected() {}, twin() {}, error() {} };

test("where the platform has no WebRTC, join says what to pass", async () => {
  const reason: unknown = await webrtcTransport({ runtime })
    .join(self, events)
    .then(undefined, (error: unknown) => error);
  expect(isReplicationError(reason) && reason.code).toBe("insecure-context");
  expect(String(reason)).toMatch(/pass a `transport`/);
  expect(runtime.timers).toBe(0);
});

test.each(["example.org", "https://example.org", "", "ws://"])("%j is no signaling server's URL", (signaling) => {
  expect(() => webrtcTransport({ runtime, signaling })).toThrow(
    expect.objectContaining({ code: "invalid-config", option: "signaling" }),
  );
});
