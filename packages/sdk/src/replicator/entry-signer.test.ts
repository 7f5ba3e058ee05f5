import { describe, expect, it } from "vitest";
import { type Authorize, generateIdentity, type Identity } from "./identity.ts";
import type { Author, Origin } from "../core/node-id.ts";
import { dotOf, versionOf } from "../core/causality.fixture.ts";
import { EntrySigner } from "./entry-signer.ts";
import type { JsonObject, StoredVersion } from "../core/version.ts";

const createIdentity = (): Promise<Identity> => generateIdentity(crypto.subtle);
const subtle: SubtleCrypto = crypto.subtle;
const version: StoredVersion = versionOf({ dot: dotOf(1, 2), id: "note", metadata: { by: "me" } });

async function signer(options: {
  readonly identity?: Identity;
  readonly room?: string;
  readonly authorize?: Authorize;
}): Promise<EntrySigner<JsonObject>> {
  const { identity = await createIdentity(), room = "notes", authorize } = options;
  return EntrySigner.of<JsonObject>({ identity, room, authorize, subtle });
}

async function signedBy(by: EntrySigner<JsonObject>, of: StoredVersion = version): Promise<StoredVersion> {
  const [signature] = await by.sign([of]);
  return { ...of, signature: signature! };
}

describe("a signer of entries (C10)", () => {
  it("finds genuine what another with any key has signed in this room, and in no other", async () => {
    const [a, b, elsewhere] = [await signer({}), await signer({}), await signer({ room: "other" })];
    const signed = await signedBy(a);
    expect(signed.signature?.author).toBe(a.author);
    expect([await a.fault([signed]), await b.fault([signed])]).toEqual([undefined, undefined]);
    expect(await elsewhere.fault([signed])).toBe('a version of "note" that its author has not signed');
  });

  it.each<[string, Partial<StoredVersion>]>([
    ["metadata", { metadata: { by: "you" } }],
    ["vector", { vector: Float32Array.of(9, 9) }],
    ["context", { context: new Map([["0a".repeat(8) as Origin, 1]]) }],
    ["dot", { dot: dotOf(1, 3) }],
  ])("finds an altered %s, among others that are genuine", async (_what, changed) => {
    const a = await signer({});
    const signed = await signedBy(a);
    expect(await a.fault([signed, { ...signed, ...changed }])).toContain("has not signed");
  });

  it("finds a version that another key claims, and bytes that are no key", async () => {
    const [a, b] = [await signer({}), await signer({})];
    const { signature } = await signedBy(a);
    for (const author of [b.author, "ff".repeat(32) as Author])
      expect(await b.fault([{ ...version, signature: { ...signature!, author } }])).toContain("has not signed");
  });

  it("asks `authorize` about every author alike, itself included, and takes only true for a yes", async () => {
    const [a, b] = [await signer({}), await signer({})];
    const judge = (verdict: unknown): Promise<EntrySigner<JsonObject>> =>
      signer({
        authorize: (entry, author) => (author === a.author && entry.id === "note" ? verdict : false) as boolean,
      });
    const [byA, byB] = [await signedBy(a), await signedBy(b)];
    expect(await (await judge(true)).fault([byA])).toBeUndefined();
    expect(await (await judge(true)).fault([byB])).toBe(
      `a version of "note" that its author ${b.author} may not write`,
    );
    expect(await (await judge(Promise.resolve(true))).fault([byA])).toContain("may not write");
    const failing = await signer({
      authorize: () => {
        throw new TypeError("no such field");
      },
    });
    expect(await failing.fault([byA])).toContain("may not write");
    expect(() => failing.mustAllow([{ kind: "delete", id: "note" }])).toThrow(
      expect.objectContaining({ code: "unauthorized", credential: "identity", cause: expect.any(TypeError) }),
    );
  });

  it("tells `authorize` whether an entry is deleted", async () => {
    const keeping = await signer({ authorize: ({ deleted }) => !deleted });
    const put = { kind: "put", id: "a", vector: Float32Array.of(1, 2), metadata: {} } as const;
    keeping.mustAllow([put]);
    expect(() => keeping.mustAllow([put, { kind: "delete", id: "a" }])).toThrow('may not delete "a"');
    const tombstone = { ...version, tombstone: true, vector: new Float32Array(), metadata: {} };
    expect(await keeping.fault([await signedBy(keeping, tombstone)])).toContain("may not write");
  });

  it("judges and signs more than one goes at once, in order", async () => {
    const a = await signer({});
    const many = Array.from({ length: 450 }, (_, i) => versionOf({ dot: dotOf(1, i + 1), id: `e${i}` }));
    const signatures = await a.sign(many);
    const signed = many.map((each, i) => ({ ...each, signature: signatures[i]! }));
    expect(await a.fault(signed)).toBeUndefined();
    expect(await a.fault([...signed.slice(0, -1), { ...signed.at(-1)!, id: "x" }])).toContain('"x"');
  });

  it("needs two keys of one pair, and a platform with Ed25519", async () => {
    const [a, b] = [await createIdentity(), await createIdentity()];
    const mixed = { publicKey: a.publicKey, privateKey: b.privateKey };
    await expect(signer({ identity: mixed })).rejects.toMatchObject({ code: "invalid-config", option: "identity" });
    const of = (platform: SubtleCrypto | undefined): Promise<unknown> =>
      EntrySigner.of({ room: "notes", identity: a, authorize: undefined, subtle: platform });
    await expect(of(undefined)).rejects.toMatchObject({ code: "insecure-context" });
    const old = { exportKey: () => Promise.reject(new DOMException("no", "NotSupportedError")) };
    await expect(of(old as unknown as SubtleCrypto)).rejects.toMatchObject({
      code: "unsupported-platform",
      feature: "Ed25519",
    });
  });
});
