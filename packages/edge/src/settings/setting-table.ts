/** One setting of the command: a flag, an environment variable and a name in the file. The flag goes first, then the variable. */
export interface Setting {
  /** Without `--`; also its name in the file. */
  readonly flag: string;
  readonly variable: string;
  /**
   * integer: a whole number from `min` to `max`. list: several texts, by the flag again and again, in the variable with commas between them. switch: on
   * or off. secret: the variable holds it, and the flag names a file that does, since everybody on a machine can read a command's flags.
   */
  readonly kind: "integer" | "text" | "list" | "switch" | "secret";
  readonly min: number;
  readonly max: number;
  readonly placeholder: string;
  readonly help: string;
  readonly fallback: string | undefined;
  /** Which commands take it. */
  readonly commands: readonly Command[];
}

export const COMMANDS = ["run", "status", "export", "import", "verify", "compact"] as const;
export type Command = (typeof COMMANDS)[number];

const STORED: readonly Command[] = ["status", "export", "import", "verify", "compact"];
const ALL: readonly Command[] = COMMANDS;
const RUN: readonly Command[] = ["run"];
const FOUNDING: readonly Command[] = ["run", "import"];
/** What shows entries to anybody, or founds a room. */
const SHOWING: readonly Command[] = ["run", "import", "export"];

const PREFIX = "VECMESH_EDGE_";
/** Of a setting that is a number of something: far out of reach. */
const MAX_INTEGER = 2 ** 31 - 1;

type Row = readonly [
  flag: string,
  kind: Setting["kind"],
  placeholder: string,
  help: string,
  commands: readonly Command[],
  more?: { readonly fallback?: string; readonly min?: number; readonly max?: number },
];

const ROWS: readonly Row[] = [
  ["room", "list", "ROOM", "a room; again for another one, in this same process", ALL],
  ["signaling", "list", "URL", "a signaling server, ws: or wss:; again for another one", RUN],
  ["data", "text", "FOLDER", "where the stores are", ALL, { fallback: "./data" }],
  ["replica-name", "text", "NAME", "which of the folder's stores of a room", ALL, { fallback: "edge" }],
  ["voter", "switch", "", "vote before others do, and keep the place while away", RUN],
  ["password-file", "secret", "FILE", "the rooms' password", RUN],
  ["token-file", "secret", "FILE", "what is shown to the signaling servers", RUN],
  ["ice-servers", "list", "URL", "a STUN server, e.g. stun:stun.example:3478; TURN servers come from signaling", RUN],
  ["relay", "switch", "", "go through signaling servers that relay, sealed, where no other way leads to a peer", RUN],
  ["relay-only", "switch", "", "connect through TURN servers alone", RUN],
  ["max-bytes-per-second", "integer", "N", "bytes of replication a second, to all peers of a room", RUN, { min: 1 }],
  [
    "dimensions",
    "integer",
    "N",
    "of a room that this replica founds; also says how long a row of float32 is",
    FOUNDING,
    { min: 1, max: 65_536 },
  ],
  [
    "replication-factor",
    "integer",
    "N",
    "of a room that this replica founds: how many voters it wants",
    FOUNDING,
    { min: 1, max: 15 },
  ],
  ["shared-devices", "switch", "", "of a room that this replica founds: stores of one device all count", FOUNDING],
  [
    "conflict-resolution",
    "text",
    "MODE",
    "of a room that this replica founds: last-write-wins, vector-clock, crdt or custom; in a room of the last two it is needed",
    SHOWING,
  ],
  [
    "crdt-fields",
    "list",
    "NAME=KIND",
    "of crdt: text, list or counter, e.g. body=text; again for another one",
    SHOWING,
  ],
  ["resolver", "text", "FILE", "of custom: a module that exports resolve and version", SHOWING],
  [
    "host",
    "text",
    "HOST",
    "address to serve HTTP on; 0.0.0.0 serves other machines too",
    RUN,
    { fallback: "127.0.0.1" },
  ],
  [
    "port",
    "integer",
    "PORT",
    "port to serve HTTP on, 0 for any free one",
    RUN,
    { fallback: "4460", min: 0, max: 65_535 },
  ],
  ["sink", "text", "URL", "a PostgreSQL that is fed with all entries: postgres://user@host:5432/database", RUN],
  ["sink-password-file", "secret", "FILE", "its password", RUN],
  [
    "http-token-file",
    "secret",
    "FILE",
    "what Authorization: Bearer must say to read entries over HTTP; without it nobody can",
    RUN,
  ],
  [
    "metrics-token-file",
    "secret",
    "FILE",
    "what Authorization: Bearer must say at /metrics; without it everybody may see them",
    RUN,
  ],
  [
    "log-level",
    "text",
    "LEVEL",
    "trace, debug, info, warn, error, fatal or silent; JSON lines on standard error",
    RUN,
    { fallback: "info" },
  ],
  [
    "format",
    "text",
    "FORMAT",
    "jsonl or f32: raw little-endian float32, with the ids, a line each, in FILE.ids",
    ["export", "import"],
    { fallback: "jsonl" },
  ],
  ["file", "text", "FILE", "where entries are exported to or imported from", ["export", "import"]],
  ["config", "text", "FILE", "JSON with any of these, by their flags' names", ALL],
];

/** All settings, in the order in which they are shown. */
export const SETTINGS: readonly Setting[] = ROWS.map(([flag, kind, placeholder, help, commands, more]) => ({
  flag,
  variable: PREFIX + (kind === "secret" ? flag.slice(0, -"-file".length) : flag).replaceAll("-", "_").toUpperCase(),
  kind,
  placeholder,
  help,
  commands,
  min: more?.min ?? 0,
  max: more?.max ?? MAX_INTEGER,
  fallback: more?.fallback,
}));

/** What stored data is worked on with. */
export function isStoreCommand(command: Command): boolean {
  return STORED.includes(command);
}
