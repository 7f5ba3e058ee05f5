/** Counted since this replicator was created. */
export interface Traffic {
  /** Sent to peers: all frames of replication and control, as handed to the transport. */
  sentBytes: number;
  receivedBytes: number;
  /** By which compression shortened what was sent. */
  savedBytes: number;
  /** Acknowledgements given to others, and had from them (Q4). */
  sentAcks: number;
  receivedAcks: number;
}

export interface TrafficStats extends Readonly<Traffic> {
  /** Bytes that wait now, for all peers together, to be handed to the network. */
  readonly queuedBytes: number;
}
