import type { Authorize } from "../authorization.ts";
import { jwtAuthorizer } from "../jwt-authorizer.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { requireOrigin } from "../origin-check.ts";
import type { RedisBrokerOptions } from "../redis-broker.ts";
import { relayOffer, type RelayOptions } from "../relay-budget.ts";
import type { TurnOptions } from "../turn-credentials.ts";
import { type Environment, nameOf, RawSettings, SettingError } from "./read-settings.ts";

/** What the command runs with. */
export interface Settings {
  readonly help: boolean;
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  readonly limits: Limits;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly authorize: Authorize | undefined;
  readonly turn: TurnOptions | undefined;
  readonly relay: RelayOptions | undefined;
  readonly trustedProxyHops: number;
  readonly metricsToken: string | undefined;
  readonly redis: RedisBrokerOptions | undefined;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** @throws SettingError in words for the operator. */
export function settingsFrom(args: readonly string[], environment: Environment): Settings {
  const raw = new RawSettings(args, environment);
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
  const authorize = authorizeFrom(raw);
  const logLevel = raw.text("logLevel") as string;
  if (!LOG_LEVELS.includes(logLevel)) raw.fail("logLevel", `must be one of ${LOG_LEVELS.join(", ")}`);
  return {
    help: raw.help,
    port: raw.integer("port"),
    host: raw.text("host") as string,
    logLevel,
    limits: Object.fromEntries(names.map((name) => [name, raw.integer(name)])) as unknown as Limits,
    allowedOrigins: raw
      .list("allowedOrigins")
      ?.map((origin) => attempt(raw, "allowedOrigins", () => requireOrigin(origin))),
    authorize,
    turn: turnFrom(raw, authorize !== undefined),
    relay: relayFrom(raw),
    trustedProxyHops: raw.integer("trustedProxyHops"),
    metricsToken: raw.text("metricsToken"),
    redis: redisFrom(raw),
  };
}

function authorizeFrom(raw: RawSettings): Authorize | undefined {
  const [secret, jwksUrl] = [raw.text("jwtSecret"), raw.text("jwksUrl")];
  const [issuer, audience] = [raw.text("jwtIssuer"), raw.text("jwtAudience")];
  if (secret !== undefined && jwksUrl !== undefined) {
    throw new SettingError(`Set either ${nameOf("jwtSecret")} or ${nameOf("jwksUrl")}, not both.`);
  }
  if (secret !== undefined)
    return attempt(raw, "jwtSecret", () => jwtAuthorizer({ key: { secret }, issuer, audience }));
  if (jwksUrl !== undefined) {
    if (!URL.canParse(jwksUrl)) raw.fail("jwksUrl", "must be a URL");
    return attempt(raw, "jwksUrl", () => jwtAuthorizer({ key: { jwksUrl }, issuer, audience }));
  }
  for (const name of ["jwtIssuer", "jwtAudience"] as const) {
    if (raw.text(name) !== undefined)
      raw.fail(name, `checks nothing without ${nameOf("jwtSecret")} or ${nameOf("jwksUrl")}`);
  }
  return undefined;
}

function turnFrom(raw: RawSettings, checksTokens: boolean): TurnOptions | undefined {
  const [urls, secret] = [raw.list("turnUrls"), raw.text("turnSecret")];
  const ttlSeconds = raw.integer("turnTtlSeconds");
  if (urls === undefined && secret === undefined) return undefined;
  if (urls === undefined) raw.fail("turnSecret", `needs ${nameOf("turnUrls")}, too`);
  if (secret === undefined) raw.fail("turnUrls", `needs ${nameOf("turnSecret")}, too`);
  if (!urls.every((url) => /^turns?:[^/]/.test(url))) raw.fail("turnUrls", 'must be like "turn:turn.example:3478"');
  if (!checksTokens) {
    raw.fail("turnUrls", `would serve everybody: it needs ${nameOf("jwtSecret")} or ${nameOf("jwksUrl")}, too`);
  }
  return { urls, secret, ttlSeconds };
}

function relayFrom(raw: RawSettings): RelayOptions | undefined {
  const [bytesPerSecond, socketBytesPerSecond] = [
    raw.integer("relayBytesPerSecond"),
    raw.integer("relaySocketBytesPerSecond"),
  ];
  if (bytesPerSecond > 0) {
    return attempt(raw, "relayBytesPerSecond", () => {
      const { bytesPerMessage: _, ...rates } = relayOffer({
        bytesPerSecond,
        socketBytesPerSecond: socketBytesPerSecond || undefined,
      });
      return rates;
    });
  }
  if (socketBytesPerSecond > 0) raw.fail("relaySocketBytesPerSecond", `needs ${nameOf("relayBytesPerSecond")}, too`);
  return undefined;
}

function redisFrom(raw: RawSettings): RedisBrokerOptions | undefined {
  const [url, prefix] = [raw.text("redisUrl"), raw.text("redisPrefix") as string];
  if (url === undefined) return undefined;
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) raw.fail("redisUrl", 'must be like "redis://host:6379"');
  return { url, prefix };
}

function attempt<T>(raw: RawSettings, name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    return raw.fail(name, `does not do: ${(error as Error).message}`);
  }
}
