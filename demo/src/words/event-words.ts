import { counted } from "./quantities.ts";
import { errorWords } from "./error-words.ts";
import { isReplicationError, type ReplicationEvent } from "@vecmesh/sdk";
import { replicaName } from "./replica-name.ts";

/** A line of the activity feed. */
export interface EventWords {
  readonly type: string;
  readonly tone: "plain" | "good" | "warning";
  readonly text: string;
}
