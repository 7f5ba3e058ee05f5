import type { ClientMessage, ServerMessage } from "@vecmesh/signaling/protocol";

declare global {
  interface Window {
    readonly hostile: HostilePage;
  }
}

/** Lower than any that is drawn at random: of two replicas the one with the lower id initiates. */
const NODE_ID = "1".padStart(32, "0");
const INSTANCE = "f".repeat(16);

/** What a replica says over signaling, as far as a connection needs it. */
interface Envelope {
  readonly type: string;
  readonly instance: string;
  readonly to?: string;
  readonly signal?: RTCSessionDescriptionInit & { readonly candidate?: RTCIceCandidateInit };
}

/**
 * A stranger that reaches a replica as a peer would, by its own signaling and WebRTC, and then says whatever the test
 * tells it to. Nothing of the SDK's is used: that would only send what is right.
 */
class HostilePage {
  readonly #connection = new RTCPeerConnection();
  readonly #channel = this.#connection.createDataChannel("hostile");
  #isMeeting = false;

  get isOpen(): boolean {
    return this.#channel.readyState === "open";
  }

  /** Begins; `isOpen` tells when a channel to the first replica that answers is there. */
  meet(signaling: string, room: string): void {
    const topic = `vecmesh:${room}`;
    const socket = new WebSocket(signaling);
    const post = (message: ClientMessage): void => socket.send(JSON.stringify(message));
    const say = (envelope: object): void =>
      post({
        type: "publish",
        topic,
        vecmesh: { nodeId: NODE_ID, instance: INSTANCE, openedAt: 0, upMs: 0, ...envelope },
      });
    socket.addEventListener("open", () => {
      post({ type: "subscribe", topics: [topic], nodeId: NODE_ID });
      say({ type: "announce", answer: true });
    });
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data) as ServerMessage;
      if (message.type !== "publish") return;
      const { instance, to, signal } = message["vecmesh"] as Envelope;
      if (instance === INSTANCE || (to !== undefined && to !== INSTANCE)) return;
      if (signal?.type === "answer") void this.#connection.setRemoteDescription(signal);
      else if (signal?.candidate !== undefined) void this.#connection.addIceCandidate(signal.candidate);
      else if (!this.#isMeeting) {
        this.#isMeeting = true;
        void this.#offer((offer) => say({ type: "signal", to: instance, attempt: 1, signal: offer }));
      }
    });
  }

  send(bytes: readonly number[]): void {
    this.#channel.send(Uint8Array.from(bytes));
  }

  sendText(text: string): void {
    this.#channel.send(text);
  }

  async #offer(send: (offer: object) => void): Promise<void> {
    const gathered = new Promise<void>((resolve) => {
      this.#connection.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate === null) resolve();
      });
    });
    await this.#connection.setLocalDescription();
    // With all candidates in it, the offer is the only thing to send.
    await gathered;
    const { type, sdp } = this.#connection.localDescription ?? {};
    send({ type, sdp });
  }
}

Object.defineProperty(window, "hostile", { value: new HostilePage() });
