/**
 * For a connection that may go through TURN servers only: tells as soon as they have all been asked and none gave an address, e.g.
 * because they refuse the credentials. The browser itself would wait for ever.
 */
export function watchRelayGathering(peerConnection: RTCPeerConnection, failed: (reason: string) => void): void {
  let found = false;
  let refusal = "";
  peerConnection.addEventListener("icecandidate", ({ candidate }) => {
    // An empty one ends a round of gathering.
    if (candidate !== null && candidate.candidate !== "") found = true;
  });
  peerConnection.addEventListener("icecandidateerror", ({ url, errorCode, errorText }) => {
    refusal = `: ${url} says ${errorCode} ${errorText}`;
  });
  peerConnection.addEventListener("icegatheringstatechange", () => {
    if (peerConnection.iceGatheringState === "complete" && !found) failed(`no TURN server lends an address${refusal}`);
  });
}
