import { SAFE_FRAME_BYTES } from "../../adapters/webrtc/framing.ts";
import type { FrameChannel, FrameChannelEvents } from "../../adapters/webrtc/frame-channel.ts";
import type { Signal } from "../../adapters/signaling/signal.ts";
import type { Life, VirtualClock } from "../clock.ts";
import type { SeededRandom } from "../random.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

interface End {
  readonly life: Life;
  readonly meter: TrafficMeter;
  readonly events: FrameChannelEvents;
}

/** One way between two machines, and to connect: ICE and DTLS take some round trips. */
const LATENCY_MS = { min: 5, max: 80 } as const;
const CONNECT_ROUND_TRIPS = 3;

/** All data channels of a simulated mesh. */
export class SimulatedChannels {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly #offers = new Map<string, SimulatedChannel>();
  /** How many RTCPeerConnections there would have been, both ends counted. */
  opened = 0;

  constructor(clock: VirtualClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random;
  }

  open(initiator: boolean, end: End): FrameChannel {
    const channel = new SimulatedChannel(this, end);
    const sdp = `v=0\r\n${++this.opened}`;
    if (initiator) {
      this.#offers.set(sdp, channel);
      this.clock.schedule(0, () => channel.signals({ type: "offer", sdp }), end.life);
    }
    return channel;
  }

  take(sdp: string): SimulatedChannel | undefined {
    const channel = this.#offers.get(sdp);
    this.#offers.delete(sdp);
    return channel;
  }
}

class SimulatedChannel implements FrameChannel {
  readonly maxFrameBytes: number = SAFE_FRAME_BYTES;
  readonly bufferedAmount: number = 0;
  readonly channelBinding: Uint8Array = new Uint8Array();
  readonly #channels: SimulatedChannels;
  readonly #end: End;
  readonly #latencyMs: number;
  #other: SimulatedChannel | undefined;
  #done = false;

  constructor(channels: SimulatedChannels, end: End) {
    this.#channels = channels;
    this.#end = end;
    this.#latencyMs = channels.random.real(LATENCY_MS.min, LATENCY_MS.max);
  }

  signals(signal: Signal): void {
    if (!this.#done) this.#end.events.signal(signal);
  }

  signal(signal: Signal): void {
    if (signal.type === "offer") {
      this.#other = this.#channels.take(signal.sdp);
      if (this.#other === undefined) return;
      this.#other.#other = this;
      this.#later(0, () => this.signals({ type: "answer", sdp: signal.sdp }));
    } else if (signal.type === "answer") {
      for (const side of [this, this.#other]) {
        if (side !== undefined) side.#later(CONNECT_ROUND_TRIPS * 2 * this.#latencyMs, () => side.#open());
      }
    }
  }

  /** In order, as on a data channel: equal delays keep it. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    const copy = frame.slice();
    this.#end.meter.frame(copy.length);
    const other = this.#other;
    if (other === undefined) return;
    other.#later(this.#latencyMs, () => {
      other.#end.meter.frame(copy.length);
      if (!other.#done) other.#end.events.frame(copy);
    });
  }

  pumpBelow(): void {}

  async path(): Promise<undefined> {}

  destroy(): void {
    if (this.#done) return;
    this.#done = true;
    const other = this.#other;
    if (other !== undefined) other.#later(this.#latencyMs, () => other.#closed());
  }

  #open(): void {
    if (!this.#done) this.#end.events.open();
  }

  #closed(): void {
    if (this.#done) return;
    this.#done = true;
    this.#end.events.closed("the other side is gone");
  }

  #later(delayMs: number, work: () => void): void {
    this.#channels.clock.schedule(delayMs, work, this.#end.life);
  }
}
