/** The prebuilt file asks no polyfills of the user's bundler (T1). These are the parts of it that vecmesh uses. */
declare module "simple-peer/simplepeer.min.js" {
  interface PeerOptions {
    readonly initiator: boolean;
    readonly objectMode: boolean;
    /** A WebRtcImplementation. */
    readonly wrtc: object;
    readonly config: RTCConfiguration;
  }

  export interface Peer {
    readonly bufferSize: number;
    /** Private, like the next. */
    readonly _pc: RTCPeerConnection | null;
    readonly _channel: RTCDataChannel | null;
    signal(data: object): void;
    send(data: Uint8Array<ArrayBuffer>): void;
    destroy(): void;
    on(event: "signal", listener: (signal: unknown) => void): void;
    on(event: "data", listener: (data: string | Uint8Array<ArrayBuffer>) => void): void;
    on(event: "error", listener: (error: Error) => void): void;
    on(event: "connect" | "close", listener: () => void): void;
  }

  const SimplePeer: new (options: PeerOptions) => Peer;
  export default SimplePeer;
}
