import type { NodeId } from "./node-id.ts";

/** What a replica hears of ephemeral messages (T12). */
export type EphemeralEvent =
  | { readonly type: "message"; readonly from: NodeId; readonly channel: string; readonly bytes: Uint8Array }
  /** A neighbour takes ephemeral messages from now on. */
  | { readonly type: "joined"; readonly nodeId: NodeId }
  /** It is a neighbour no more. */
  | { readonly type: "parted"; readonly nodeId: NodeId }
  /** Who has been heard is in the room no more, as far as this replica's neighbours can tell. */
  | { readonly type: "left"; readonly nodeId: NodeId };

export interface EphemeralListener {
  /** The bytes are this listener's own. `from` is what the message says: nobody signs it. */
  message?(from: NodeId, bytes: Uint8Array): void;
  /** A replica that is directly connected, and takes such messages: also told, when the listener is added, of those that are there. */
  joined?(nodeId: NodeId): void;
  /** One whose messages have been heard has gone. Of one that crashed far off in a large room nobody may tell. */
  left?(nodeId: NodeId): void;
}

/** Bytes for all replicas of a room that have opened this channel: not stored, not acknowledged, in no promised order, and perhaps lost. */
export interface EphemeralChannel {
  /**
   * To everybody. Returns whether it has left: not beyond 256 KiB at once and 64 KiB a second. What takes a long time to make its way is dropped on it.
   * @throws ReplicationError `invalid-config` for more than 16 KiB.
   */
  send(bytes: Uint8Array): boolean;
  /** To one replica that is directly connected (`joined`). Otherwise as `send`. */
  sendTo(nodeId: NodeId, bytes: Uint8Array): boolean;
  /** Returns what ends it. */
  listen(listener: EphemeralListener): () => void;
}
