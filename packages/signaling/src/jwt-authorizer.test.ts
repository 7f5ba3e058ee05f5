import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Admission, Authorization } from "./authorization.ts";
import { type JwtOptions, jwtAuthorizer } from "./jwt-authorizer.ts";

const SECRET = "a secret of at least thirty-two bytes";
const KEY = new TextEncoder().encode(SECRET);
const nowS = (): number => Math.floor(Date.now() / 1000);

const sign = (claims: JWTPayload, key = KEY): Promise<string> =>
  new SignJWT({ exp: nowS() + 3600, ...claims }).setProtectedHeader({ alg: "HS256" }).sign(key);

function decide(token: string | undefined, options: Partial<JwtOptions> = {}): Promise<Authorization> {
  const authorize = jwtAuthorizer({ key: { secret: SECRET }, ...options });
  return Promise.resolve(authorize({ token, origin: undefined, address: "192.0.2.1", url: "/", headers: {} }));
}

describe("T10: a token by a shared secret", () => {
  test("admits to its rooms and topics until it expires", async () => {
    const exp = nowS() + 60;
    const token = await sign({ exp, sub: "ada", rooms: ["notes", "team/*"], topics: ["y-room"] });
    const admission = (await decide(token)) as Admission;
    expect(admission).toMatchObject({ allowed: true, subject: "ada", expiresAtMs: (exp + 30) * 1000 });
    const topics = ["vecmesh:notes", "vecmesh:team/a", "y-room", "notes", "vecmesh:y-room", "vecmesh:other"];
    expect(topics.filter((topic) => admission.allowsTopic?.(topic))).toEqual(topics.slice(0, 3));
  });

  test.each<[name: string, claims: JWTPayload, reason: string]>([
    ["expired", { exp: nowS() - 60, rooms: ["*"] }, "the token has expired"],
    ["not valid yet", { nbf: nowS() + 600, rooms: ["*"] }, 'the token\'s claim "nbf" does not fit'],
    ["for ever", { exp: undefined, rooms: ["*"] } as never, 'the token\'s claim "exp" does not fit'],
  ])("that is %s is refused", async (_name, claims, reason) => {
    expect(await decide(await sign(claims))).toEqual({ allowed: false, status: 401, reason });
  });

  test.each([{}, { rooms: "notes" }, { rooms: [1] }, { room: ["notes"] }])(
    "that says %j admits nowhere",
    async (claims) => {
      expect(await decide(await sign(claims))).toMatchObject({ allowed: false, status: 403 });
    },
  );

  test("of another secret, none, garbage, or unsigned is refused", async () => {
    const other = await sign({ rooms: ["*"] }, new Uint8Array(32));
    const unsigned = `${btoa('{"alg":"none"}')}.${btoa(`{"rooms":["*"],"exp":${nowS() + 60}}`)}.`.replaceAll("=", "");
    for (const token of [other, unsigned, "garbage", "", undefined]) {
      expect(await decide(token)).toMatchObject({ allowed: false, status: 401 });
    }
  });

  test("must be of the issuer and for the audience that are set", async () => {
    const options = { issuer: "https://app.example", audience: "signaling" };
    const right = { iss: options.issuer, aud: options.audience, rooms: ["*"] };
    expect(await decide(await sign(right), options)).toMatchObject({ allowed: true });
    for (const wrong of [{ iss: "else" }, { aud: "else" }]) {
      expect(await decide(await sign({ ...right, ...wrong }), options)).toMatchObject({ status: 401 });
    }
  });

  test("needs a secret that cannot be guessed", () => {
    expect(() => jwtAuthorizer({ key: { secret: "x".repeat(31) } })).toThrow("at least 32 bytes");
  });
});

describe("T10: a token by a public key", () => {
  const serveKeys = async (status: number, body: unknown): Promise<string> => {
    const server = createServer((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  };

  test("is verified with the keys at the URL, and one by the key's text as a secret is not", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" };
    const jwksUrl = await serveKeys(200, { keys: [jwk] });
    const claims = { rooms: ["notes"], exp: nowS() + 60 };
    const signed = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "1" }).sign(privateKey);
    const stranger = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "2" }).sign(privateKey);
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", kid: "1" })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    expect(await decide(signed, { key: { jwksUrl } })).toMatchObject({ allowed: true });
    for (const token of [stranger, confused]) {
      expect(await decide(token, { key: { jwksUrl } })).toMatchObject({ status: 401 });
    }
  });

  test("is neither taken nor blamed while the keys cannot be had", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    const token = await new SignJWT({ rooms: ["*"], exp: nowS() + 60 })
      .setProtectedHeader({ alg: "ES256" })
      .sign(privateKey);
    for (const jwksUrl of [await serveKeys(500, {}), await serveKeys(200, "no keys"), "http://127.0.0.1:1/"]) {
      await expect(decide(token, { key: { jwksUrl } })).rejects.toThrow(/./);
    }
  });

  test("takes keys over https: only, but for this machine's", () => {
    expect(() => jwtAuthorizer({ key: { jwksUrl: "http://keys.example/" } })).toThrow("https:");
    expect(() => jwtAuthorizer({ key: { jwksUrl: "https://keys.example/" } })).not.toThrow();
  });
});
