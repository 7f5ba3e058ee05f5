import { type DecodeError, ProtocolMismatchError } from "../core/codec/decode-error.ts";
import { REFUSED, UNAUTHORIZED } from "../core/handshake.ts";
import type { NodeId } from "../core/node-id.ts";
import { type ReplicationError, replicationError } from "../core/replication-error.ts";

/** What to tell the user about a peer's frame that cannot be read. */
export function frameError(peer: NodeId, error: DecodeError): ReplicationError {
  if (error instanceof ProtocolMismatchError) {
    const { ours, theirs } = error;
    const older = ours < theirs ? "This replica is the older" : "The peer is the older";
    const message = `A peer speaks protocol ${theirs}, this replica ${ours}. ${older}: bring it up to date (a tab: reload it).`;
    return replicationError("protocol-mismatch", message, { ours, theirs });
  }
  const message = `A peer sent a frame that no replica sends (${error.reason}); its connection is closed.`;
  return replicationError("invalid-frame", message, { nodeId: peer, reason: error.reason });
}

/** How the connection of a peer whose frame cannot be read is closed. */
export function frameRefusal(error: DecodeError): string {
  return error instanceof ProtocolMismatchError ? error.message : REFUSED + error.message;
}

/** What to tell the user about the reason that a connection was closed for, if it concerns them. */
export function closingError(peer: NodeId, reason: string): ReplicationError | undefined {
  if (reason.startsWith(REFUSED)) return refusalError(peer, reason.slice(REFUSED.length));
  if (reason.startsWith(UNAUTHORIZED)) return unauthorizedError(peer, reason.slice(UNAUTHORIZED.length));
  return undefined;
}

/** It is this replica that sends what the peer takes for a fault, e.g. vectors of another length than the room's. */
function refusalError(peer: NodeId, reason: string): ReplicationError {
  const message = `Replica ${peer} refuses what this replica sends (${reason}) and has closed the connection.`;
  return replicationError("invalid-frame", message, { nodeId: peer, reason });
}

function unauthorizedError(peer: NodeId, reason: string): ReplicationError {
  const message = `Nothing is exchanged with replica ${peer}: ${reason}. Give both the same \`password\`, or another room.`;
  return replicationError("unauthorized", message, { credential: "password" });
}
