/** Every browser takes messages of this size. Neither 16 KiB nor 256 KiB was faster. */
const MESSAGE_BYTES = 64 * 1024;
/**
 * Bytes in the browser's buffer above which the sender waits, and below which it goes on: it never runs dry, nor grows. A quarter
 * of this and four times as much brought as much.
 */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;

const GO = "go";
const PING = "ping";
const PONG = "pong";

/**
 * A bare RTCDataChannel between two tabs: what the browser itself can do, and the wire by which one tab starts the other, so that
 * every duration is read from one tab's clock. The runner carries offer and answer.
 */
export class BareChannel {
  readonly #connection = new RTCPeerConnection({ iceServers: [] });
  readonly #channel: RTCDataChannel;
  readonly opened: Promise<void>;

  constructor() {
    this.#channel = this.#connection.createDataChannel("bare", { negotiated: true, id: 0 });
    this.#channel.binaryType = "arraybuffer";
    this.opened = new Promise((resolve, reject) => {
      this.#channel.addEventListener("open", () => resolve());
      this.#channel.addEventListener("error", ({ error }) => reject(error));
    });
  }

  async offer(): Promise<RTCSessionDescriptionInit> {
    await this.#connection.setLocalDescription();
    return this.#described();
  }

  async answer(offer: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
    await this.#connection.setRemoteDescription(offer);
    await this.#connection.setLocalDescription();
    return this.#described();
  }

  async accept(answer: RTCSessionDescriptionInit): Promise<void> {
    await this.#connection.setRemoteDescription(answer);
  }

  /** Answers pings from now on. */
  answerPings(): void {
    this.#channel.addEventListener("message", ({ data }) => {
      if (data === PING) this.#channel.send(PONG);
    });
  }

  /** One round trip, milliseconds. */
  async ping(): Promise<number> {
    const started = performance.now();
    const answered = this.#nextText(PONG);
    this.#channel.send(PING);
    await answered;
    return performance.now() - started;
  }

  /** Lets the other tab's `started` resolve. Returns when: `performance.now()`. */
  start(): number {
    const now = performance.now();
    this.#channel.send(GO);
    return now;
  }

  /** The other tab has called `start`. */
  started(): Promise<void> {
    return this.#nextText(GO);
  }

  /** Sends so many bytes as soon as the other tab asks for them by `receive`. */
  async sendWhenAsked(bytes: number): Promise<void> {
    await this.started();
    const message = new Uint8Array(Math.min(MESSAGE_BYTES, bytes));
    crypto.getRandomValues(message);
    this.#channel.bufferedAmountLowThreshold = LOW_WATER;
    for (let left = bytes; left > 0; left -= message.length) {
      if (this.#channel.bufferedAmount > HIGH_WATER) await this.#drained();
      this.#channel.send(left < message.length ? message.subarray(0, left) : message);
    }
  }

  /** Asks for so many bytes. Resolves with how long it took until the last was here, milliseconds. */
  async receive(bytes: number): Promise<number> {
    let left = bytes;
    const complete = new Promise<number>((resolve) => {
      this.#channel.addEventListener("message", ({ data }) => {
        left -= (data as ArrayBuffer).byteLength;
        if (left <= 0) resolve(performance.now());
      });
    });
    const started = this.start();
    return (await complete) - started;
  }

  close(): void {
    this.#connection.close();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) =>
      this.#channel.addEventListener("bufferedamountlow", () => resolve(), { once: true }),
    );
  }

  #nextText(expected: string): Promise<void> {
    return new Promise((resolve) => {
      const read = ({ data }: MessageEvent): void => {
        if (data !== expected) return;
        this.#channel.removeEventListener("message", read);
        resolve();
      };
      this.#channel.addEventListener("message", read);
    });
  }

  /** The description with all its candidates: there is no signaling that could bring them later. */
  async #described(): Promise<RTCSessionDescriptionInit> {
    if (this.#connection.iceGatheringState !== "complete") {
      await new Promise<void>((resolve) => {
        this.#connection.addEventListener("icegatheringstatechange", () => {
          if (this.#connection.iceGatheringState === "complete") resolve();
        });
      });
    }
    const { type, sdp } = this.#connection.localDescription as RTCSessionDescription;
    return { type, sdp };
  }
}
