import type { Replicator } from "@vecmesh/sdk";
import type { DrillMetadata } from "./entry-metadata.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import { vectorOfUnknown } from "../meaning/unit-vector.ts";

/** An answer to an older request comes too late: whoever asked has given up. Also what a returning tab finds of old drills. */
export const DRILL_MS = 8_000;

export function drillId({ drill, step }: Pick<DrillMetadata, "drill" | "step">): string {
  return `drill/${drill}/${step}`;
}

/** Says something to the other tab of a drill, by an entry like any other: it takes the way that notes take. */
export async function sayInDrill(replicator: Pick<Replicator, "write">, metadata: DrillMetadata): Promise<void> {
  const id = drillId(metadata);
  await replicator.write(
    { id, vector: vectorOfUnknown(id, DIMENSIONS), metadata: { ...metadata } },
    { consistency: "one" },
  );
}
