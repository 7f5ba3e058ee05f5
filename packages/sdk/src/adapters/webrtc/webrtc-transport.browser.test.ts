import { describe, expect, it } from "vitest";
import type { Runtime } from "../../ports/runtime.ts";
import { transportContract } from "../../testing/transport-contract.ts";
import { webrtcTransport } from "./webrtc-transport.ts";

const runtime: Runtime = {
  now: () => Date.now(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

const transport = webrtcTransport({ runtime });
transportContract({ describe, it, expect }, { name: "WebRTC", adapter: () => transport });
