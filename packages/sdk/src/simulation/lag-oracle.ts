import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";

/**
 * A lag of 0 means equal contexts, at any time: the peer has had this very context, and has said so. Asking has no effect on the
 * run, and the answer is of the moment of the call.
 */
export function checkLags(ledger: Ledger, machines: readonly Machine[], now: number): void {
  for (const { name, disk, replicator } of machines) {
    if (replicator === undefined) continue;
    const untrue = new Set(machines.flatMap((other) => other.replicator?.nodeId ?? []));
    for (const nodeId of untrue) if (ledger.contexts.hasHadContextOf(disk, nodeId)) untrue.delete(nodeId);
    replicator.replicas().then(
      (replicas) => {
        for (const { id, status, lagMs } of replicas)
          if (id !== replicator.nodeId && status !== "offline" && lagMs === 0 && untrue.has(id))
            ledger.violation(`${name} said at ${now.toFixed(0)} that ${id} does not lag, which never had its context`);
      },
      (error: unknown) => ledger.violation(`${name} does not tell who is there: ${String(error)}`),
    );
  }
}
