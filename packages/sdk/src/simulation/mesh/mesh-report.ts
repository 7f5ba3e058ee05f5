import type { GraphFigures } from "./mesh-graph.ts";
import type { IdleFigures, LossFigures, MeshFigures, QuorumFigures, WriteFigures } from "./mesh-run.ts";

/** Those figures in words that have been measured, a line each. */
export function meshReport(part: Partial<MeshFigures>): readonly string[] {
  const { graph, connectionsMade, writes, quorum, idle, leaving, dying, events } = part;
  return [
    ...(graph === undefined ? [] : ["all have joined, within a minute", ...graphLines(graph)]),
    ...(connectionsMade === undefined ? [] : [`  RTCPeerConnections made by each: ${round(connectionsMade)}`]),
    ...(writes === undefined ? [] : writeLines(writes)),
    ...(quorum === undefined ? [] : [quorumLine(quorum)]),
    ...(idle === undefined ? [] : [idleLine(idle)]),
    ...(leaving === undefined ? [] : ["a tenth leaves at once", ...lossLines(leaving, "a minute later")]),
    ...(dying === undefined
      ? []
      : ["three tenths die at once", ...lossLines(dying, "two minutes after it was noticed")]),
    ...(events === undefined ? [] : [`${events} simulated events`]),
  ];
}

function lossLines({ atOnce, later, writes }: LossFigures, when: string): string[] {
  return [...graphLines(atOnce), when, ...graphLines(later), ...writeLines(writes)];
}

function idleLine({ frames, frameBytes, signalingBytes }: IdleFigures): string {
  return `  an idle replica, per minute, sent and received: ${round(frames)} frames of ${round(frameBytes)} bytes, ${round(signalingBytes)} bytes by signaling`;
}

function graphLines({ degrees, largestPart, diameter, averageWay }: GraphFigures): string[] {
  const replicas = [...degrees.values()].reduce((sum, count) => sum + count, 0);
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
