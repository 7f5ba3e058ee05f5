import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  type JWTVerifyOptions,
} from "jose";
import type { Admission, Authorization, Authorize, Refusal } from "./authorization.ts";
import { topicMatcher } from "./topic-matcher.ts";

export interface JwtOptions {
  /** Where the keys come from: one secret shared with the application (HS256), or the address of its public keys. */
  readonly key: { readonly secret: string } | { readonly jwksUrl: string };
  /** Only tokens with this `iss` claim are taken. */
  readonly issuer?: string | undefined;
  /** Only tokens with this `aud` claim are taken. */
  readonly audience?: string | undefined;
}

/** RFC 7518, 3.2: a key for HS256 has at least as many bytes as its hash. */
export const MIN_SECRET_BYTES = 32;
/** Clocks of servers differ by less. */
const CLOCK_TOLERANCE_S = 30;
/** Well under the deadline for authorization, so that the reason is told instead of a mere timeout. */
const JWKS_TIMEOUT_MS = 3000;
/** Public keys only: a key set must never be taken for an HMAC secret. */
const PUBLIC_KEY_ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split(" ");

/**
 * Verifies JSON Web Tokens. A token must expire (`exp`) and say where it admits to: `rooms` (vecmesh rooms) or `topics` (as
 * they are, for y-webrtc), each an array of names; a name that ends in `*` stands for all that begin so.
 * @throws Error for a secret under MIN_SECRET_BYTES, or a `jwksUrl` that is not https: (http: on loopback is taken).
 */
export function jwtAuthorizer({ key, issuer, audience }: JwtOptions): Authorize {
  const options: JWTVerifyOptions = {
    algorithms: "secret" in key ? ["HS256"] : PUBLIC_KEY_ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ["exp"],
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  const getKey = "secret" in key ? secretKey(key.secret) : keySet(key.jwksUrl);
  return async ({ token }) => {
    if (token === undefined)
      return refused(401, "a token is needed: pass one as ?token= or in an Authorization header");
    try {
      const { payload } = await jwtVerify(token, getKey, options);
      return admissionFor(payload);
    } catch (error) {
      const reason = reasonOf(error);
      // Not the token's fault: the keys cannot be had.
      if (reason === undefined) throw error;
      return refused(401, reason);
    }
  };
}

function secretKey(secret: string): JWTVerifyGetKey {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < MIN_SECRET_BYTES) throw new Error(`a JWT secret needs at least ${MIN_SECRET_BYTES} bytes`);
  return () => Promise.resolve(bytes);
}

function keySet(jwksUrl: string): JWTVerifyGetKey {
  const url = new URL(jwksUrl);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local)) {
    throw new Error("keys must come over https:, or whoever is in between could issue tokens");
  }
  return createRemoteJWKSet(url, { timeoutDuration: JWKS_TIMEOUT_MS });
}

function admissionFor({ rooms, topics, exp, sub }: JWTPayload): Authorization {
  const names = [...(namesIn(rooms) ?? []).map((room) => `vecmesh:${room}`), ...(namesIn(topics) ?? [])];
  if (namesIn(rooms) === undefined && namesIn(topics) === undefined) {
    return refused(403, 'the token admits nowhere: it needs a claim "rooms" or "topics", an array of names');
  }
  return {
    allowed: true,
    allowsTopic: topicMatcher(names),
    // `exp` is required above.
    expiresAtMs: ((exp as number) + CLOCK_TOLERANCE_S) * 1000,
    ...(sub !== undefined && { subject: sub }),
  } satisfies Admission;
}

function namesIn(claim: unknown): readonly string[] | undefined {
  return Array.isArray(claim) && claim.every((name) => typeof name === "string") ? claim : undefined;
}

/** What is wrong with the token; undefined when something else went wrong. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's claim "${error.claim}" does not fit`;
  const isTokensFault =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isTokensFault ? "the token is not valid here" : undefined;
}

function refused(status: 401 | 403, reason: string): Refusal {
  return { allowed: false, status, reason };
}
