/** The classes of WebRTC that a connection needs, as browsers have them and as `@roamhq/wrtc` exports them. */
export interface WebRtcImplementation {
  readonly RTCPeerConnection: typeof RTCPeerConnection;
  readonly RTCSessionDescription: typeof RTCSessionDescription;
  readonly RTCIceCandidate: typeof RTCIceCandidate;
}
