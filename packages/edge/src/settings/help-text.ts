import { SETTINGS } from "./setting-table.ts";

const FLAG_COLUMN = 30;

/** What `--help` prints. */
export function helpText(): string {
  const lines = SETTINGS.map(({ flag, placeholder, help, fallback, kind }) => {
    const known = fallback === undefined ? "" : ` (${fallback})`;
    return `  ${`--${flag} ${placeholder}`.padEnd(FLAG_COLUMN)} ${kind === "secret" ? `file with ${help}` : help}${known}`;
  });
  return `Usage: vecmesh-edge --room ROOM --signaling URL [--data FOLDER] ...
       vecmesh-edge status|verify|compact [--data FOLDER] [--room ROOM]
       vecmesh-edge export|import --room ROOM --file FILE [--format jsonl|f32] [--data FOLDER]

Keeps replicas of rooms that are always there. The commands of the second and third line work on stores that no running replica has open.

${lines.join("\n")}
  ${"--help".padEnd(FLAG_COLUMN)} show this

Defaults are in parentheses. Each setting can also come from the environment: --replica-name from VECMESH_EDGE_REPLICA_NAME. A secret is in
the variable itself (--password-file: VECMESH_EDGE_PASSWORD). A flag goes before a variable, and a variable before the file.
`;
}
