import type { ReplicationConfig } from "@vecmesh/sdk";
import { type ConflictSettings, conflictSettingsFrom } from "./conflict-settings.ts";
import { type Environment, nameOf, RawSettings } from "./read-settings.ts";
import { type Command, isStoreCommand } from "./setting-table.ts";
import { sinkUrlFrom } from "./sink-settings.ts";

/** What the command runs with. */
export interface Settings {
  readonly command: Command;
  readonly help: boolean;
  readonly rooms: readonly string[];
  readonly data: string;
  readonly replicaName: string;
  /** For each room's replica, beside its room. */
  readonly replica: Omit<ReplicationConfig, "room" | "conflictResolution">;
  readonly conflicts: ConflictSettings | undefined;
  /** A PostgreSQL's URL, with its password. */
  readonly sink: string | undefined;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly token: string | undefined;
    readonly metricsToken: string | undefined;
  };
  readonly logLevel: string;
  readonly format: EntryFormat;
  readonly file: string;
  readonly dimensions: number | undefined;
}

export const ENTRY_FORMATS = ["jsonl", "f32"] as const;
export type EntryFormat = (typeof ENTRY_FORMATS)[number];

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** @throws SettingError in words for the operator. */
export function settingsFrom(args: readonly string[], environment: Environment): Settings {
  const raw: RawSettings = new RawSettings(args, environment);
  const { command, help } = raw;
  const rooms = raw.list("room");
  const format = ENTRY_FORMATS.find((known) => known === raw.text("format"));
  if (format === undefined) raw.fail("format", `must be one of ${ENTRY_FORMATS.join(", ")}`);
  const logLevel = raw.text("log-level") ?? "info";
  if (!LOG_LEVELS.includes(logLevel)) raw.fail("log-level", `must be one of ${LOG_LEVELS.join(", ")}`);
  if (!help) requireWhatItTakes(raw, command, rooms);
  return {
    command,
    help,
    rooms,
    data: raw.text("data") ?? "./data",
    replicaName: raw.text("replica-name") ?? "edge",
    replica: replicaFrom(raw),
    conflicts: conflictSettingsFrom(raw),
    sink: sinkUrlFrom(raw),
    http: {
      host: raw.text("host") ?? "127.0.0.1",
      port: raw.integer("port") ?? 0,
      token: raw.text("http-token-file"),
      metricsToken: raw.text("metrics-token-file"),
    },
    logLevel,
    format,
    file: raw.text("file") ?? "",
    dimensions: raw.integer("dimensions"),
  };
}

function requireWhatItTakes(raw: RawSettings, command: Command, rooms: readonly string[]): void {
  const takesFile = command === "export" || command === "import";
  if (takesFile && rooms.length !== 1) raw.fail("room", `must name the one room to ${command}`);
  if (takesFile && raw.text("file") === undefined) raw.fail("file", "is needed");
  if (isStoreCommand(command)) return;
  if (rooms.length === 0) raw.fail("room", "is needed: which room to keep");
  if (raw.list("signaling").length === 0)
    raw.fail("signaling", "is needed: a signaling server's URL, like wss://signaling.example");
  const [httpToken, metricsToken] = [raw.text("http-token-file"), raw.text("metrics-token-file")];
  if (httpToken !== undefined && httpToken === metricsToken)
    raw.fail("http-token-file", `must be another one than ${nameOf("metrics-token-file")}`);
}

function replicaFrom(raw: RawSettings): Settings["replica"] {
  const [password, token] = [raw.text("password-file"), raw.text("token-file")];
  const [signaling, iceServers] = [raw.list("signaling"), raw.list("ice-servers")];
  for (const url of iceServers)
    if (!/^stuns?:[^/]/.test(url)) raw.fail("ice-servers", 'must be like "stun:stun.example:3478"');
  const [maxBytesPerSecond, dimensions] = [raw.integer("max-bytes-per-second"), raw.integer("dimensions")];
  const replicationFactor = raw.integer("replication-factor");
  if (raw.isOn("relay") && password === undefined)
    raw.fail("relay", `takes ${nameOf("password-file")}, without which the server could read along`);
  return {
    signaling,
    ...(raw.isOn("voter") && { steadyVoter: true }),
    ...(password !== undefined && { password }),
    ...(token !== undefined && { token }),
    ...(iceServers.length > 0 && { iceServers: iceServers.map((urls) => ({ urls })) }),
    ...(raw.isOn("relay") && { relay: true }),
    ...(raw.isOn("relay-only") && { iceTransportPolicy: "relay" as const }),
    ...(maxBytesPerSecond !== undefined && { maxBytesPerSecond }),
    ...(dimensions !== undefined && { dimensions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    ...(raw.isOn("shared-devices") && { distinctDevices: false }),
    // What is always on waits for its like, however long they are away (Q7c).
    voterExpiryMs: Number.POSITIVE_INFINITY,
  };
}
