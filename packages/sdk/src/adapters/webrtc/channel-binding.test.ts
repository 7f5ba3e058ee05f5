import { describe, expect, it } from "vitest";
import { channelBinding } from "./channel-binding.ts";

const A = "4A:AD:B9:B1:3F";
const B = "0C:FF:EE:00:01";
const M = "66:66:66:66:66";
const sdp = (...lines: string[]): string => ["v=0", "s=-", ...lines, "a=setup:actpass", ""].join("\r\n");
const fingerprint = (value: string, hash = "sha-256"): string => `a=fingerprint:${hash} ${value}`;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("the channel binding of a DTLS connection (T8)", () => {
  it("is both fingerprints, the same at both ends", () => {
    const [a, b] = [sdp(fingerprint(A)), sdp(fingerprint(B))];
    expect(text(channelBinding(a, b))).toBe("sha-256 0c:ff:ee:00:01\nsha-256 4a:ad:b9:b1:3f");
    expect(channelBinding(b, a)).toEqual(channelBinding(a, b));
  });

  it("differs where somebody in between has put its own fingerprint in", () => {
    const honest = channelBinding(sdp(fingerprint(A)), sdp(fingerprint(B)));
    expect(channelBinding(sdp(fingerprint(A)), sdp(fingerprint(M)))).not.toEqual(honest);
    expect(channelBinding(sdp(fingerprint(A)), sdp(fingerprint(B), fingerprint(M)))).not.toEqual(honest);
  });

  it("does not depend on how a browser writes it: case, order, repetition", () => {
    const there = sdp(fingerprint(B), fingerprint(A, "sha-1"), fingerprint(B));
    const here = sdp(fingerprint(A, "SHA-1"), fingerprint(B.toLowerCase()));
    expect(channelBinding(here, sdp(fingerprint(M)))).toEqual(channelBinding(there, sdp(fingerprint(M))));
  });

  it("is empty where a description has none", () => {
    expect(channelBinding(sdp(fingerprint(A)), sdp())).toHaveLength(0);
    expect(channelBinding("", "")).toHaveLength(0);
  });
});
