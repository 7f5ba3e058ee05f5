import type { ConsistencyLevel, NodeId } from "@vecmesh/sdk";

/** How the last write of this tab went: what the replica panel shows. */
export interface LastWrite {
  readonly noteId: string;
  readonly text: string;
  readonly level: ConsistencyLevel;
  readonly state: "waiting" | "acknowledged" | "unconfirmed";
  /** Acknowledgements that the level asks for; 0 while unknown. */
  readonly required: number;
  /** Who acknowledged, as far as known. */
  readonly acks: readonly NodeId[];
  /** How long it took to settle; `undefined` while waiting. */
  readonly tookMs: number | undefined;
}
