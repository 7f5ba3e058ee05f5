import type { BareChannel } from "./bare-channel.js";
import { StrictCommits } from "./strict-commits.ts";
import type { VecmeshTab } from "./vecmesh-tab.ts";
import { idOf, vectorsOf } from "./vectors.ts";

/** Medians, milliseconds. */
export interface QuorumWrites {
  readonly write: number;
  readonly roundTrip: number;
  readonly commit: number;
}

const DIMENSIONS = 384;

/** One after the other, again and again, so that whatever else the machine does meets all three alike. */
export async function measureQuorumWrites(tab: VecmeshTab, channel: BareChannel, count: number): Promise<QuorumWrites> {
  const commits = await StrictCommits.open();
  const vectors = await vectorsOf({ kind: "gaussian", count, dimensions: DIMENSIONS, seed: 5 });
  const writes: number[] = [];
  const roundTrips: number[] = [];
  const committed: number[] = [];
  for (const [i, vector] of vectors.entries()) {
    writes.push(await tab.quorumWrite(i, vector));
    roundTrips.push(await channel.ping());
    committed.push(await commits.commit(idOf(i), new Uint8Array(vector.buffer)));
  }
  return { write: middle(writes), roundTrip: middle(roundTrips), commit: middle(committed) };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}
