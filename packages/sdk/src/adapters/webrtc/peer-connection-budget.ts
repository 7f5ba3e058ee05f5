/**
 * Chromium refuses a page its 501st RTCPeerConnection. Closed ones count until they are garbage-collected, which it does
 * not do sooner on that account (T6). A fifth is left to the application and to its other replicators.
 */
const MAX_PEER_CONNECTIONS = 400;

/** Counts the RTCPeerConnections that one transport has made and that the browser has not yet collected. */
export class PeerConnectionBudget {
  readonly #collected = new FinalizationRegistry<undefined>(() => this.#inMemory--);
  #inMemory = 0;

  get isSpent(): boolean {
    return this.#inMemory >= MAX_PEER_CONNECTIONS;
  }

  count(peerConnection: object): void {
    this.#inMemory++;
    this.#collected.register(peerConnection, undefined);
  }
}
