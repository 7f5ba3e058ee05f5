/** An SDP with all its candidates in it, so that it is the only thing to send. */
async function described(connection: RTCPeerConnection): Promise<string> {
  const gathered = new Promise<void>((resolve) => {
    connection.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate === null) resolve();
    });
  });
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription?.sdp ?? "";
}

/** Two connections of the middleman's own, one to each victim, with their channels joined and everything that passes written down. */
export class TappedLine {
  readonly #toCaller = new RTCPeerConnection();
  readonly #toCallee = new RTCPeerConnection();
  readonly #calleeChannel = this.#toCallee.createDataChannel("");
  readonly #overheard: ArrayBuffer[] = [];

  /** What each victim is told as the other's: certificates and addresses are the middleman's. */
  async swap(offer: string): Promise<{ readonly offer: string; readonly answer: string }> {
    const callerChannel = new Promise<RTCDataChannel>((resolve) => {
      this.#toCaller.addEventListener("datachannel", ({ channel }) => resolve(channel));
    });
    // At once: the callee may speak before the caller's channel is there.
    this.#tap(this.#calleeChannel, callerChannel.then(opened));
    void callerChannel.then((channel) => this.#tap(channel, opened(this.#calleeChannel)));
    await this.#toCaller.setRemoteDescription({ type: "offer", sdp: offer });
    return { answer: await described(this.#toCaller), offer: await described(this.#toCallee) };
  }

  async answered(sdp: string): Promise<void> {
    await this.#toCallee.setRemoteDescription({ type: "answer", sdp });
  }

  async candidate(from: "caller" | "callee", candidate: RTCIceCandidateInit): Promise<void> {
    const connection = from === "caller" ? this.#toCaller : this.#toCallee;
    // One of an address that only another browser resolves, or too early: the others suffice.
    await connection.addIceCandidate(candidate).catch(() => undefined);
  }

  /** As text, where each byte is a character. */
  get overheard(): string {
    return this.#overheard.map((bytes) => String.fromCharCode(...new Uint8Array(bytes))).join("");
  }

  /** Passes on in order, when there is somebody to pass on to. */
  #tap(from: RTCDataChannel, to: Promise<RTCDataChannel>): void {
    let passed = to;
    from.binaryType = "arraybuffer";
    from.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      this.#overheard.push(data);
      passed = passed.then((channel) => {
        if (channel.readyState === "open") channel.send(data);
        return channel;
      });
    });
    from.addEventListener("close", () => void passed.then((channel) => channel.close()));
  }
}

function opened(channel: RTCDataChannel): Promise<RTCDataChannel> {
  return new Promise((resolve) => {
    if (channel.readyState === "open") resolve(channel);
    else channel.addEventListener("open", () => resolve(channel), { once: true });
  });
}
