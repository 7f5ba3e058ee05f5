/** Bytes since this replicator was created. */
export interface Traffic {
  /** Sent to peers: all frames of replication and control, as handed to the transport. */
  sentBytes: number;
  receivedBytes: number;
  /** By which compression shortened what was sent. */
  savedBytes: number;
}
