/** Every implementation takes messages of this size. Neither 16 KiB nor 256 KiB was faster in Chromium. */
const MESSAGE_BYTES = 64 * 1024;
/**
 * Bytes in the buffer above which the sender waits, and below which it goes on: it never runs dry, nor grows. A quarter
 * of this and four times as much brought as much in Chromium.
 */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;
/** How often it looks where the platform does not tell when the buffer has drained. */
const LOOK_MS = 1;

const GO = "go";
const PING = "ping";
const PONG = "pong";

/**
 * A bare RTCDataChannel between two tabs, or two Node processes: what the platform itself can do, and the wire by which one end starts the other, so
 * that every duration is read from one end's clock. The runner carries offer and answer.
 */
export class BareChannel {
  /** @type {RTCPeerConnection} */
  #connection;
  /** @type {RTCDataChannel} */
  #channel;
  /** @type {Promise<void>} */
  opened;

  /** @param {Pick<typeof globalThis, "RTCPeerConnection">} [webrtc] Node has none of its own. */
  constructor(webrtc = globalThis) {
    this.#connection = new webrtc.RTCPeerConnection({ iceServers: [] });
    this.#channel = this.#connection.createDataChannel("bare", { negotiated: true, id: 0 });
    this.#channel.binaryType = "arraybuffer";
    this.opened = new Promise((resolve, reject) => {
      this.#channel.addEventListener("open", () => resolve());
      this.#channel.addEventListener("error", ({ error }) => reject(error));
    });
  }

  /** @returns {Promise<RTCSessionDescriptionInit>} */
  async offer() {
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    return this.#described();
  }

  /**
   * @param {RTCSessionDescriptionInit} offer
   * @returns {Promise<RTCSessionDescriptionInit>}
   */
  async answer(offer) {
    await this.#connection.setRemoteDescription(offer);
    await this.#connection.setLocalDescription(await this.#connection.createAnswer());
    return this.#described();
  }

  /** @param {RTCSessionDescriptionInit} answer */
  async accept(answer) {
    await this.#connection.setRemoteDescription(answer);
  }

  /** Answers pings from now on. */
  answerPings() {
    this.#channel.addEventListener("message", ({ data }) => {
      if (data === PING) this.#channel.send(PONG);
    });
  }

  /** One round trip, milliseconds. */
  async ping() {
    const started = performance.now();
    const answered = this.#nextText(PONG);
    this.#channel.send(PING);
    await answered;
    return performance.now() - started;
  }

  /** Lets the other end's `started` resolve. Returns when: `performance.now()`. */
  start() {
    const now = performance.now();
    this.#channel.send(GO);
    return now;
  }

  /** The other end has called `start`. @returns {Promise<void>} */
  started() {
    return this.#nextText(GO);
  }

  /** Sends so many bytes as soon as the other end asks for them by `receive`. @param {number} bytes */
  async sendWhenAsked(bytes) {
    await this.started();
    const message = new Uint8Array(Math.min(MESSAGE_BYTES, bytes));
    crypto.getRandomValues(message);
    const isTold = "bufferedAmountLowThreshold" in this.#channel;
    if (isTold) this.#channel.bufferedAmountLowThreshold = LOW_WATER;
    let unseen = 0;
    for (let left = bytes; left > 0; left -= message.length) {
      if (Math.max(this.#channel.bufferedAmount, unseen) > HIGH_WATER) {
        await this.#drained();
        unseen = 0;
      }
      this.#channel.send(left < message.length ? message.subarray(0, left) : message);
      // `@roamhq/wrtc` counts what was sent only when the task is over.
      if (!isTold) unseen += message.length;
    }
  }

  /** Asks for so many bytes. Resolves with how long it took until the last was here, milliseconds. @param {number} bytes */
  async receive(bytes) {
    let left = bytes;
    /** @type {Promise<number>} */
    const complete = new Promise((resolve) => {
      this.#channel.addEventListener("message", ({ data }) => {
        left -= data.byteLength;
        if (left <= 0) resolve(performance.now());
      });
    });
    const started = this.start();
    return (await complete) - started;
  }

  close() {
    this.#connection.close();
  }

  /** @returns {Promise<void>} */
  #drained() {
    return new Promise((resolve) => {
      if ("bufferedAmountLowThreshold" in this.#channel) {
        this.#channel.addEventListener("bufferedamountlow", () => resolve(), { once: true });
        return;
      }
      const look = () => {
        if (this.#channel.bufferedAmount <= LOW_WATER) resolve();
        else setTimeout(look, LOOK_MS);
      };
      setTimeout(look, LOOK_MS);
    });
  }

  /**
   * @param {string} expected
   * @returns {Promise<void>}
   */
  #nextText(expected) {
    return new Promise((resolve) => {
      /** @param {MessageEvent} event */
      const read = ({ data }) => {
        if (data !== expected) return;
        this.#channel.removeEventListener("message", read);
        resolve();
      };
      this.#channel.addEventListener("message", read);
    });
  }

  /**
   * The description with all its candidates: there is no signaling that could bring them later.
   *
   * @returns {Promise<RTCSessionDescriptionInit>}
   */
  async #described() {
    if (this.#connection.iceGatheringState !== "complete") {
      await /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          this.#connection.addEventListener("icegatheringstatechange", () => {
            if (this.#connection.iceGatheringState === "complete") resolve();
          });
        })
      );
    }
    const { type, sdp } = /** @type {RTCSessionDescription} */ (this.#connection.localDescription);
    return { type, sdp };
  }
}
