import process from "node:process";
import { isReplicationError } from "@vecmesh/sdk";
import { compact, status, verify } from "./commands/stored-replicas.ts";
import { exportEntries } from "./commands/export-entries.ts";
import { helpText } from "./settings/help-text.ts";
import { importEntries } from "./commands/import-entries.ts";
import { InputError } from "./commands/input-error.ts";
import { run } from "./commands/run.ts";
import { SinkError } from "./sink/sink-error.ts";
import { SettingError } from "./settings/read-settings.ts";
import { type Settings, settingsFrom } from "./settings/settings.ts";
import type { Command } from "./settings/setting-table.ts";

/** Bad flags. As in most command-line tools. */
const EXIT_USAGE = 2;

const RUN_BY_COMMAND: Readonly<Record<Command, (settings: Settings) => Promise<void>>> = {
  run,
  status,
  verify,
  compact,
  export: exportEntries,
  import: importEntries,
};

/** Runs the command until it is done, or until SIGTERM or SIGINT. Says on standard error what is wrong, and sets the exit code. */
export async function runCli(args: readonly string[]): Promise<void> {
  let settings: Settings;
  try {
    settings = settingsFrom(args, process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    fail(`${error.message}\nvecmesh-edge --help shows the options.`, EXIT_USAGE);
    return;
  }
  if (settings.help) {
    process.stdout.write(helpText());
    return;
  }
  try {
    await RUN_BY_COMMAND[settings.command](settings);
  } catch (error) {
    const isTheOperators = isReplicationError(error) || error instanceof InputError || error instanceof SinkError;
    if (!(isTheOperators || isSystemError(error))) throw error;
    fail((error as Error).message, 1);
  }
}

/** A file that is not there, a port that is taken: what the operator can change. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}

function fail(message: string, exitCode: number): void {
  process.stderr.write(`vecmesh-edge: ${message}\n`);
  process.exitCode = exitCode;
}
