import { type Dot, isReplicationError, type NodeId } from "@vecmesh/sdk";

/**
 * What a write error says about a write that is in the local store and lacks acknowledgements; `undefined` for any other
 * error: then nothing was written.
 */
export function missingAcknowledgements(
  error: unknown,
): { readonly dots: readonly Dot[]; readonly required: number; readonly acks: readonly NodeId[] } | undefined {
  if (!isReplicationError(error)) return undefined;
  if (error.code === "quorum-timeout") return { dots: error.dots, required: error.required, acks: error.acks };
  if (error.code === "quorum-unavailable") return { dots: error.dots, required: error.required, acks: [] };
  return undefined;
}
