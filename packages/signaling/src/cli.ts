import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { pino } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { Logger } from "./logger.ts";
import { RedisBroker } from "./redis-broker.ts";
import { type SignalingServer, startSignalingServer } from "./server.ts";
import { helpText } from "./settings/help-text.ts";
import { SettingError } from "./settings/read-settings.ts";
import { type Settings, settingsFrom } from "./settings/settings.ts";

/** Bad flags. As in most command-line tools. */
const EXIT_USAGE = 2;

/**
 * Young garbage is collected by this thread alone. With helper threads it takes no less of the little that there is, and waits until the system has
 * given each of them a processor: on a busy machine of two cores it stood still for 10 ms and more, one time in ten, instead of for 4.5.
 */
const COLLECT_ALONE = "--no-parallel-scavenge";

/** Runs the command until SIGTERM or SIGINT. Says on standard error what is wrong, and sets the exit code. */
export async function runCli(args: readonly string[]): Promise<void> {
  let settings: Settings;
  try {
    settings = settingsFrom(args, process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    fail(`${error.message}\nvecmesh-signaling --help shows the options.`, EXIT_USAGE);
    return;
  }
  if (settings.help) {
    process.stdout.write(helpText());
    return;
  }
  // Standard output is for the one line that scripts wait for.
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: true }));
  await run(settings, logger);
}

async function run(settings: Settings, logger: Logger): Promise<void> {
  setFlagsFromString(COLLECT_ALONE);
  const { redis, limits } = settings;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  let broker: RedisBroker | undefined;
  let server: SignalingServer;
  try {
    if (redis !== undefined) broker = await RedisBroker.connect({ ...redis, logger });
    server = await startSignalingServer({ ...settings, ...(broker && { broker }), metrics, logger });
  } catch (error) {
    broker?.close();
    fail(explain(error as NodeJS.ErrnoException, settings), 1);
    return;
  }
  // Once: a second signal ends the process at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      logger.info({ signal }, "draining");
      void server.close({ drainMs: limits.drainMs }).then(() => broker?.close());
    });
  }
  console.log(`vecmesh-signaling listens on ${server.url}`);
  if (settings.authorize === undefined) logger.warn({}, "no tokens are checked: everybody may connect, to all rooms");
}

function explain({ code = "", message }: NodeJS.ErrnoException, { host, port }: Settings): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is already in use. Stop the server that uses it, or choose another with --port.`;
    case "EACCES":
      return `This user may not listen on port ${port}. Choose one above 1023 with --port.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine. Choose another with --host.`;
    default:
      return message.startsWith("Redis") ? message : `Cannot listen on port ${port} of ${host}: ${message}`;
  }
}

function fail(message: string, exitCode: number): void {
  console.error(`vecmesh-signaling: ${message}`);
  process.exitCode = exitCode;
}
