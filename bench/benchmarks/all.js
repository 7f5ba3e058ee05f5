import { bytes } from "./bytes.js";
import { catchUpRxdb } from "./catch-up-rxdb.js";
import { catchUpYWebrtc } from "./catch-up-y-webrtc.js";
import { catchUp } from "./catch-up.js";
import { edgeCatchUp } from "./edge-catch-up.js";
import { edgeImport } from "./edge-import.js";
import { edgeMemory } from "./edge-memory.js";
import { documents } from "./documents.js";
import { live } from "./live.js";
import { mainThread } from "./main-thread.js";
import { quorumLatency } from "./quorum-latency.js";
import { signalingHostile } from "./signaling-hostile.js";
import { signalingJoins } from "./signaling-joins.js";
import { taskTimes } from "./task-times.js";

/** @type {readonly import("../runner/bench.js").Benchmark[]} */
export const BENCHMARKS = [
  catchUp,
  catchUpYWebrtc(150, 20),
  catchUpYWebrtc(1000, 40),
  catchUpYWebrtc(10_000, 60),
  catchUpRxdb,
  live,
  documents,
  quorumLatency,
  bytes,
  mainThread,
  taskTimes,
  signalingJoins,
  signalingHostile,
  edgeImport,
  edgeMemory,
  edgeCatchUp(20_000, 3),
  edgeCatchUp(100_000, 1),
];
