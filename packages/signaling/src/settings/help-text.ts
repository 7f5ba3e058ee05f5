import { SETTINGS } from "./setting-table.ts";

const FLAG_COLUMN = 42;

/** What `--help` prints. */
export function helpText(): string {
  const lines = [...SETTINGS.values()].map(({ flag, placeholder, help, fallback, kind }) => {
    const known = fallback === undefined ? "" : ` (${fallback})`;
    return `  ${`--${flag} ${placeholder}`.padEnd(FLAG_COLUMN)} ${kind === "secret" ? `file with ${help}` : help}${known}`;
  });
  return `Usage: vecmesh-signaling [--port PORT] [--host HOST] ...

Introduces vecmesh replicas (and y-webrtc clients) to each other. No data passes through it.

${lines.join("\n")}
  ${"--help".padEnd(FLAG_COLUMN)} show this

Defaults are in parentheses. Each setting can also come from the environment: --max-sockets from VECMESH_SIGNALING_MAX_SOCKETS. A secret
is in the variable itself (--jwt-secret-file: VECMESH_SIGNALING_JWT_SECRET). A flag goes before a variable.
`;
}
