import { describe, expect, it } from "vitest";
import { generateIdentity } from "./identity.ts";

describe("a new identity", () => {
  it("is a pair whose private key can be used, and not read out", async () => {
    const { publicKey, privateKey } = await generateIdentity(crypto.subtle);
    expect([privateKey.extractable, privateKey.usages]).toEqual([false, ["sign"]]);
    expect((await crypto.subtle.exportKey("raw", publicKey)).byteLength).toBe(32);
  });

  it("cannot be had where the platform lacks something, which the error tells", async () => {
    await expect(generateIdentity(undefined)).rejects.toMatchObject({ code: "insecure-context" });
    const generateKey = (): Promise<never> => Promise.reject(new DOMException("no", "NotSupportedError"));
    await expect(generateIdentity({ generateKey } as unknown as SubtleCrypto)).rejects.toMatchObject({
      code: "unsupported-platform",
      feature: "Ed25519",
    });
  });
});
