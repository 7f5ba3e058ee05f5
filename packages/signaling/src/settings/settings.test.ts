import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { DEFAULT_LIMITS } from "../limits.ts";
import { helpText } from "./help-text.ts";
import { SettingError } from "./read-settings.ts";
import { settingsFrom } from "./settings.ts";
import { SETTINGS } from "./setting-table.ts";

const SECRET = "a secret of at least thirty-two bytes";

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "vecmesh-settings-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "secret"), text);
  return join(folder, "secret");
}

describe("T10: settings", () => {
  test("have defaults", () => {
    expect(settingsFrom([], {})).toEqual({
      help: false,
      port: 4444,
      host: "127.0.0.1",
      logLevel: "info",
      limits: DEFAULT_LIMITS,
      allowedOrigins: undefined,
      authorize: undefined,
      turn: undefined,
      relay: undefined,
      trustedProxyHops: 0,
      metricsToken: undefined,
      redis: undefined,
    });
  });

  test("come from flags, or else from the environment; an empty variable is none", () => {
    const environment = {
      VECMESH_SIGNALING_PORT: "1",
      VECMESH_SIGNALING_HOST: "0.0.0.0",
      VECMESH_SIGNALING_MAX_SOCKETS: "7",
      VECMESH_SIGNALING_ALLOWED_ORIGINS: "https://a.example, https://b.example",
      VECMESH_SIGNALING_LOG_LEVEL: "",
      VECMESH_SIGNALING_METRICS_TOKEN: "secret",
      VECMESH_SIGNALING_REDIS_URL: "redis://localhost",
    };
    expect(settingsFrom(["--port", "2", "--drain-ms=9"], environment)).toMatchObject({
      port: 2,
      host: "0.0.0.0",
      logLevel: "info",
      limits: { ...DEFAULT_LIMITS, maxSockets: 7, drainMs: 9 },
      allowedOrigins: ["https://a.example", "https://b.example"],
      metricsToken: "secret",
      redis: { url: "redis://localhost", prefix: "vecmesh-signaling:" },
    });
  });

  test("T11: let nothing be relayed unless they say how much", () => {
    const one = ["--relay-bytes-per-second", "65536"];
    expect(settingsFrom(one, {}).relay).toEqual({ bytesPerSecond: 65_536, socketBytesPerSecond: 131_072 });
    const all = { VECMESH_SIGNALING_RELAY_SOCKET_BYTES_PER_SECOND: "100000" };
    expect(settingsFrom(one, all).relay).toEqual({ bytesPerSecond: 65_536, socketBytesPerSecond: 100_000 });
  });

  test("that are secret come from a file, without the line's end", async () => {
    const file = fileWith(`${SECRET}\n`);
    const turnFile = fileWith("north");
    const flags = ["--jwt-secret-file", file, "--turn-secret-file", turnFile, "--turn-urls", "turn:a.example:3478"];
    const { authorize, turn } = settingsFrom(flags, {});
    expect(turn).toEqual({ urls: ["turn:a.example:3478"], secret: "north", ttlSeconds: 3600 });
    const request = { token: "none", origin: undefined, address: "", url: "/", headers: {} };
    expect(await authorize?.(request)).toMatchObject({ status: 401 });
  });

  test.each<[flags: string[], environment: Record<string, string>, words: string]>([
    [["--max-sockets", "0"], {}, '--max-sockets must be a number from 1 to 2147483647, not "0"'],
    [[], { VECMESH_SIGNALING_PORT: "http" }, 'VECMESH_SIGNALING_PORT must be a number from 0 to 65535, not "http"'],
    [["--log-level", "loud"], {}, "--log-level must be one of trace, debug"],
    [
      ["--allowed-origins", "https://a.example/"],
      {},
      '--allowed-origins does not do: "https://a.example/" is no origin',
    ],
    [["--allowed-origins", "https://a.example,"], {}, "--allowed-origins must be texts with commas"],
    [["--jwt-secret-file", "/nowhere"], {}, "--jwt-secret-file: the file cannot be read: ENOENT"],
    [
      [],
      { VECMESH_SIGNALING_JWT_SECRET: "short" },
      "VECMESH_SIGNALING_JWT_SECRET does not do: a JWT secret needs at least 32",
    ],
    [["--jwks-url", "keys"], {}, "--jwks-url must be a URL"],
    [["--jwks-url", "http://keys.example"], {}, "--jwks-url does not do: keys must come over https:"],
    [["--jwks-url", "https://k.example"], { VECMESH_SIGNALING_JWT_SECRET: SECRET }, "not both"],
    [["--jwt-issuer", "me"], {}, "--jwt-issuer checks nothing without --jwt-secret-file"],
    [["--turn-urls", "turn:a.example"], {}, "--turn-urls needs --turn-secret-file"],
    [[], { VECMESH_SIGNALING_TURN_SECRET: "s" }, "VECMESH_SIGNALING_TURN_SECRET needs --turn-urls"],
    [["--turn-urls", "turn:a"], { VECMESH_SIGNALING_TURN_SECRET: "s" }, "--turn-urls would serve everybody"],
    [["--turn-urls", "https://a"], { VECMESH_SIGNALING_TURN_SECRET: "s" }, '--turn-urls must be like "turn:'],
    [["--relay-bytes-per-second", "32767"], {}, "--relay-bytes-per-second does not do: a relay needs whole numbers"],
    [["--relay-socket-bytes-per-second", "9"], {}, "--relay-socket-bytes-per-second needs --relay-bytes-per-second"],
    [[], { VECMESH_SIGNALING_REDIS_URL: "localhost:6379" }, 'VECMESH_SIGNALING_REDIS_URL must be like "redis://'],
    [["--jwt-secret", SECRET], {}, "--jwt-secret"],
  ])("%j with %j says what is wrong", (flags, environment, words) => {
    const read = (): unknown => settingsFrom(flags, environment);
    expect(read).toThrow(SettingError);
    expect(read).toThrow(words);
  });

  test("are all in --help, with their defaults", () => {
    const help = helpText();
    for (const { flag, fallback = "" } of SETTINGS.values()) {
      const line = help.split("\n").find((text) => text.includes(` --${flag} `));
      expect(line).toContain(fallback);
    }
    expect(Math.max(...help.split("\n").map((line) => line.length))).toBeLessThan(145);
  });
});
