import type { GraphFigures } from "./mesh-graph.ts";
import type { MeshFigures, QuorumFigures, WriteFigures } from "./mesh-run.ts";

/** The figures in words, a line each. */
export function meshReport(figures: MeshFigures): readonly string[] {
  const { graph, connectionsMade, writes, quorum, idle, leaving, dying, events } = figures;
  return [
    `${writes.replicas} replicas joined within a minute; RTCPeerConnections made by each: ${round(connectionsMade)}`,
    ...graphLines(graph, writes.replicas),
    ...writeLines(writes),
    quorumLine(quorum),
    `an idle replica, per minute, sent and received: ${round(idle.frames)} frames of ${round(idle.frameBytes)} bytes, ${round(idle.signalingBytes)} bytes by signaling`,
    "a tenth leaves at once",
    ...graphLines(leaving.atOnce, leaving.writes.replicas),
    "a minute later",
    ...graphLines(leaving.later, leaving.writes.replicas),
    ...writeLines(leaving.writes),
    "three tenths die at once",
    ...graphLines(dying.atOnce, dying.writes.replicas),
    "two minutes after it was noticed",
    ...graphLines(dying.later, dying.writes.replicas),
    ...writeLines(dying.writes),
    `${events} simulated events`,
  ];
}

function graphLines({ degrees, largestPart, diameter, averageWay }: GraphFigures, replicas: number): string[] {
  const list = [...degrees].map(([degree, count]) => `${degree}: ${count}`).join(", ");
  return [
    `  connections: replicas that have so many: ${list}`,
    `  in one piece: ${largestPart} of ${replicas}; ways: ${round(averageWay)} connections on average, ${diameter} at most`,
  ];
}

function writeLines({ replicas, reached, lastArrivalMs, hops, transmissions }: WriteFigures): string[] {
  return [
    `  ${reached.length} writes: reached ${Math.min(...reached)} to ${Math.max(...reached)} of ${replicas - 1} others; the last after ${spread(lastArrivalMs)} ms`,
    `  transmissions for each replica and write: ${spread(transmissions)}; hops: ${spread(hops)}`,
  ];
}

function quorumLine({ ms, failures, fromAfar }: QuorumFigures): string {
  const failed =
    failures.length === 0 ? "none failed" : `${failures.length} failed: ${[...new Set(failures)].join(", ")}`;
  return `  quorum writes by learners: ${ms.length} acknowledged after ${spread(ms)} ms; ${failed}; ${fromAfar} of the writers had no voter for a neighbour`;
}

/** Average, and the greatest. */
function spread(values: readonly number[]): string {
  const sum = values.reduce((total, value) => total + value, 0);
  return `${round(sum / Math.max(1, values.length))} on average, ${round(values.reduce((a, b) => Math.max(a, b), 0))} at most`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
