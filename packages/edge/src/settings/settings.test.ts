import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { helpText } from "./help-text.ts";
import { SettingError } from "./read-settings.ts";
import { SETTINGS } from "./setting-table.ts";
import { settingsFrom } from "./settings.ts";
import { temporaryFolder } from "../testing/temporary-folder.fixture.ts";

const folder = temporaryFolder();
const NEEDED = ["--room", "notes", "--signaling", "ws://a.example"];

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("settings", () => {
  test("have defaults", () => {
    expect(settingsFrom(NEEDED, {})).toEqual({
      command: "run",
      help: false,
      rooms: ["notes"],
      data: "./data",
      replicaName: "edge",
      replica: { signaling: ["ws://a.example"], voterExpiryMs: Number.POSITIVE_INFINITY },
      conflicts: undefined,
      sink: undefined,
      http: { host: "127.0.0.1", port: 4460, token: undefined, metricsToken: undefined },
      logLevel: "info",
      format: "jsonl",
      file: "",
      dimensions: undefined,
    });
  });

  test("come from flags, or else from the environment, or else from the file", () => {
    const config = fileWith(
      "config.json",
      JSON.stringify({ room: ["x", "y"], data: "/from-file", voter: true, port: 1, "replication-factor": 5 }),
    );
    const environment = {
      VECMESH_EDGE_CONFIG: config,
      VECMESH_EDGE_SIGNALING: "ws://a.example, ws://b.example",
      VECMESH_EDGE_DATA: "/from-environment",
      VECMESH_EDGE_PORT: "2",
      VECMESH_EDGE_PASSWORD: "secret",
      VECMESH_EDGE_LOG_LEVEL: "",
    };
    const settings = settingsFrom(["--port", "3", "--token-file", fileWith("token", "a token\n")], environment);
    expect(settings).toMatchObject({
      rooms: ["x", "y"],
      data: "/from-environment",
      http: { port: 3 },
      logLevel: "info",
      replica: {
        signaling: ["ws://a.example", "ws://b.example"],
        steadyVoter: true,
        replicationFactor: 5,
        password: "secret",
        token: "a token",
      },
    });
  });

  test("put a sink's password into its URL, whatever characters it has", () => {
    const environment = { VECMESH_EDGE_SINK_PASSWORD: "100%41 / @:é" };
    const { sink } = settingsFrom(
      [...NEEDED, "--sink", "postgres://me@db.example:5433/notes?sslmode=verify-full"],
      environment,
    );
    const url = new URL(sink!);
    expect(decodeURIComponent(url.password)).toBe("100%41 / @:é");
    expect([url.username, url.host, url.pathname, url.search]).toEqual([
      "me",
      "db.example:5433",
      "/notes",
      "?sslmode=verify-full",
    ]);
    expect(settingsFrom([...NEEDED, "--sink", "postgres:///notes"], {}).sink).toBe("postgres:///notes");
  });

  test("name how conflicts are resolved, with what that takes", () => {
    const conflicts = (...args: string[]) => settingsFrom([...NEEDED, "--conflict-resolution", ...args], {}).conflicts;
    expect(conflicts("vector-clock")).toEqual({ mode: "vector-clock" });
    expect(conflicts("crdt")).toEqual({ mode: "crdt", fields: {} });
    expect(conflicts("crdt", "--crdt-fields", "body=text", "--crdt-fields", "a=b=counter")).toEqual({
      mode: "crdt",
      fields: { body: "text", "a=b": "counter" },
    });
    expect(conflicts("custom", "--resolver", "./mine.js")).toEqual({ mode: "custom", file: "./mine.js" });
  });

  test("name several rooms, which may have commas", () => {
    expect(settingsFrom([...NEEDED, "--room", "a, b", "--room", "notes"], {}).rooms).toEqual(["notes", "a, b"]);
  });

  test.each([
    [["fly"], 'no command "fly"'],
    [["status", "verify"], "One command at a time"],
    [["--rooms", "a"], "--rooms"],
    [["--signaling", "ws://a.example"], "--room (or VECMESH_EDGE_ROOM) is needed"],
    [["--room", "a"], "--signaling (or VECMESH_EDGE_SIGNALING) is needed"],
    [[...NEEDED, "--port", "70000"], "--port must be a number from 0 to 65535"],
    [[...NEEDED, "--room", ""], "--room must not be empty"],
    [[...NEEDED, "--log-level", "loud"], "--log-level must be one of"],
    [[...NEEDED, "--ice-servers", "turn:a"], "--ice-servers must be like"],
    [[...NEEDED, "--conflict-resolution", "mine"], "--conflict-resolution must be one of"],
    [[...NEEDED, "--conflict-resolution", "custom"], "--resolver (or VECMESH_EDGE_RESOLVER) is needed"],
    [[...NEEDED, "--resolver", "./file.js"], "is for the conflict resolution custom alone"],
    [[...NEEDED, "--crdt-fields", "body=text"], "is for the conflict resolution crdt alone"],
    [[...NEEDED, "--conflict-resolution", "crdt", "--crdt-fields", "body"], 'must be like "body=text"'],
    [[...NEEDED, "--relay"], "--password-file (or VECMESH_EDGE_PASSWORD)"],
    [[...NEEDED, "--sink", "mysql://db.example"], '--sink must be like "postgres://'],
    [[...NEEDED, "--sink", "postgres://me:secret@db.example/notes"], "--sink must hold no password"],
    [[...NEEDED, "--sink", "postgres://db.example/notes?password=secret"], "--sink must hold no password"],
    [[...NEEDED, "--sink", "postgres:///notes", "--sink-password-file", fileWith("p", "x")], "must name the host"],
    [[...NEEDED, "--sink-password-file", fileWith("p", "x")], "is for a sink alone"],
    [[...NEEDED, "--password-file", join(folder, "missing")], "--password-file: the file cannot be read"],
    [[...NEEDED, "--config", join(folder, "missing")], "--config:"],
    [[...NEEDED, "--config", fileWith("list.json", "[]")], "must hold one JSON object"],
    [[...NEEDED, "--config", fileWith("unknown.json", '{"rom":"a"}')], 'says "rom"'],
    [["verify", "--voter"], "verify takes no --voter"],
    [["export", "--room", "a"], "--file (or VECMESH_EDGE_FILE) is needed"],
    [["import", "--file", "a"], "must name the one room"],
  ])("%j is refused, and it is said where", (args, message) => {
    expect(() => settingsFrom(args, {})).toThrow(SettingError);
    expect(() => settingsFrom(args, {})).toThrow(message);
  });

  test("are all in the help", () => {
    for (const { flag } of SETTINGS) expect(helpText()).toContain(`--${flag} `);
  });
});
