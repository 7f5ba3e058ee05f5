/** RFC 8122: `a=fingerprint:sha-256 4A:AD:...`, once for the whole description or for each of its media. */
const FINGERPRINT = /^a=fingerprint:(\S+) ([0-9A-F:]+)\s*$/gim;

/**
 * What tells a DTLS connection from one that somebody in between has made: the certificates' fingerprints at both ends, as they stand in
 * the two descriptions that the browser goes by and holds the certificates to. The two ends see the same, in the same order; whoever
 * stands between has certificates of its own. Empty if a description has none.
 */
export function channelBinding(localSdp: string, remoteSdp: string): Uint8Array {
  const ends = [localSdp, remoteSdp].map(fingerprintsIn);
  return ends.includes("") ? new Uint8Array() : new TextEncoder().encode(ends.toSorted().join("\n"));
}

/** Each once, in order: `sha-256 4a:ad:...`, by commas. */
function fingerprintsIn(sdp: string): string {
  const fingerprints = Array.from(sdp.matchAll(FINGERPRINT), ([, hash, value]) => `${hash} ${value}`.toLowerCase());
  return [...new Set(fingerprints)].toSorted().join(",");
}
