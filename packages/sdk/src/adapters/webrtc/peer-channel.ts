import SimplePeer, { type Peer } from "simple-peer/simplepeer.min.js";
import { BufferGauge } from "./buffer-gauge.ts";
import { channelBinding } from "./channel-binding.ts";
import { isRelaySignal, parseSignal, type Signal } from "../signaling/signal.ts";
import type { FrameChannel, FrameChannelEvents } from "./frame-channel.ts";
import { MAX_FRAME_BYTES, SAFE_FRAME_BYTES } from "./framing.ts";
import type { ConnectionPath } from "../../core/connection-path.ts";
import type { IceConfiguration } from "./ice-servers.ts";
import type { PeerConnectionBudget } from "./peer-connection-budget.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { selectedPath } from "./selected-path.ts";
import { watchRelayGathering } from "./relay-gathering.ts";
import type { WebRtcImplementation } from "./webrtc-implementation.ts";

export interface PeerChannelOptions {
  readonly initiator: boolean;
  /** Asked once. What it rejects with ends the channel. */
  readonly ice: () => Promise<IceConfiguration>;
  readonly wrtc: WebRtcImplementation;
  readonly budget: PeerConnectionBudget;
  readonly runtime: Pick<Runtime, "setTimer">;
}

/** An offer or answer and its candidates: a machine with many interfaces and TURN servers gathers some dozens. */
const MAX_SIGNALS = 128;

/** One RTCPeerConnection with its data channel. */
export class PeerChannel implements FrameChannel {
  readonly #options: PeerChannelOptions;
  readonly #events: FrameChannelEvents;
  #peer: Peer | undefined;
  /** What came while the ICE servers were being asked for. */
  readonly #early: Signal[] = [];
  #signals = 0;
  #open = false;
  #done = false;
  /** Where the platform does not tell when its buffer has drained. */
  #gauge: BufferGauge | undefined;
  channelBinding: Uint8Array = new Uint8Array();
  /** Fixed when the channel opens; asked for by each frame, it would cost Node a call to another thread. */
  maxFrameBytes: number = SAFE_FRAME_BYTES;

  constructor(options: PeerChannelOptions, events: FrameChannelEvents) {
    this.#options = options;
    this.#events = events;
    void this.#start();
  }

  signal(signal: Signal): void {
    // Once the channel is open all paths that matter are known, and a candidate that the browser dislikes would destroy it (T2).
    if (this.#done || this.#open || ++this.#signals > MAX_SIGNALS || isRelaySignal(signal)) return;
    if (this.#peer === undefined) {
      this.#early.push(signal);
      return;
    }
    this.#guard(this.#peer, (peer) => peer.signal(signal));
  }

  get bufferedAmount(): number {
    return Math.max(this.#peer?.bufferSize ?? 0, this.#gauge?.lately ?? 0);
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#peer === undefined) return;
    this.#guard(this.#peer, (peer) => peer.send(frame));
    this.#gauge?.sent(frame.byteLength);
  }

  pumpBelow(bytes: number): void {
    const channel = this.#peer && dataChannelOf(this.#peer);
    if (this.#gauge !== undefined) this.#gauge.drainedBelow = bytes;
    else if (channel) channel.bufferedAmountLowThreshold = bytes;
  }

  async path(): Promise<ConnectionPath | undefined> {
    const peerConnection = this.#peer && peerConnectionOf(this.#peer);
    return peerConnection ? selectedPath(await peerConnection.getStats()) : undefined;
  }

  destroy(): void {
    this.#done = true;
    this.#gauge?.stop();
    this.#peer?.destroy();
  }

  async #start(): Promise<void> {
    try {
      // Never within the constructor, whose caller could not be told yet.
      const ice = await Promise.resolve().then(this.#options.ice);
      if (!this.#done) this.#build(ice);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #build(config: IceConfiguration): void {
    const { initiator, wrtc, budget } = this.#options;
    const peer = new SimplePeer({ initiator, wrtc, objectMode: true, config });
    this.#peer = peer;
    peer.on("error", (error) => this.#fail(error.message));
    peer.on("close", () => this.#fail("the connection is gone"));
    const peerConnection = peerConnectionOf(peer);
    if (peerConnection) {
      budget.count(peerConnection);
      if (config.iceTransportPolicy === "relay") watchRelayGathering(peerConnection, (reason) => this.#fail(reason));
    }
    peer.on("signal", (signal) => {
      const known = parseSignal(signal);
      if (known !== undefined && !this.#done) this.#events.signal(known);
    });
    peer.on("data", (data) => {
      if (this.#done) return;
      this.#events.frame(
        typeof data === "string" ? undefined : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
    });
    peer.on("connect", () => this.#connected(peer));
    for (const signal of this.#early.splice(0)) this.#guard(peer, () => peer.signal(signal));
  }

  #connected(peer: Peer): void {
    if (this.#done) return;
    this.#open = true;
    // A second channel would take the place of the first in simple-peer.
    const peerConnection = peerConnectionOf(peer);
    if (peerConnection) peerConnection.ondatachannel = null;
    const { localDescription, remoteDescription, sctp } = peerConnection ?? {};
    if ((sctp?.maxMessageSize ?? 0) >= MAX_FRAME_BYTES) this.maxFrameBytes = MAX_FRAME_BYTES;
    this.channelBinding = channelBinding(localDescription?.sdp ?? "", remoteDescription?.sdp ?? "");
    const channel = dataChannelOf(peer);
    const drained = (): void => {
      if (!this.#done) this.#events.drained();
    };
    if (channel && "bufferedAmountLowThreshold" in channel) channel.addEventListener("bufferedamountlow", drained);
    else this.#gauge = new BufferGauge(this.#options.runtime, () => peer.bufferSize, drained);
    this.#events.open();
  }

  /** simple-peer throws the browser's errors, and its own once it is destroyed. */
  #guard(peer: Peer, action: (peer: Peer) => void): void {
    if (this.#done) return;
    try {
      action(peer);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(reason: string): void {
    if (this.#done) return;
    this.destroy();
    this.#events.closed(reason);
  }
}

/** simple-peer, pinned exactly, has no public way to the SCTP limits, nor to the descriptions and statistics. */
function peerConnectionOf(peer: Peer): RTCPeerConnection | null {
  return peer["_pc"];
}

/** Nor to `bufferedamountlow`. */
function dataChannelOf(peer: Peer): RTCDataChannel | null {
  return peer["_channel"];
}
