/** What one replica has sent and received. */
export class TrafficMeter {
  /** On data channels, what keeps the channels alive included. */
  frames = 0;
  /** Of the frames, without the headers of SCTP, DTLS, UDP and IP. */
  frameBytes = 0;
  /** Letters and lists by signaling, as JSON; without the headers of WebSocket, TLS, TCP and IP. */
  signalingBytes = 0;

  frame(bytes: number): void {
    this.frames++;
    this.frameBytes += bytes;
  }
}
