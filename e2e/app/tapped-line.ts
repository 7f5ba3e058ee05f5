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
    void callerChannel.then((channel) => {
      this.#tap(channel, this.#calleeChannel);
      this.#tap(this.#calleeChannel, channel);
    });
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

  #tap(from: RTCDataChannel, to: RTCDataChannel): void {
    const early: ArrayBuffer[] = [];
    from.binaryType = "arraybuffer";
    from.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) => {
      this.#overheard.push(data);
      if (to.readyState === "open") to.send(data);
      else early.push(data);
    });
    to.addEventListener("open", () => {
      for (const data of early.splice(0)) to.send(data);
    });
    from.addEventListener("close", () => to.close());
  }
}
