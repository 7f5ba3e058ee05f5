import { parseArgs } from "node:util";
import { type SignalingServer, startSignalingServer } from "./server.ts";

const HELP = `Usage: vecmesh-signaling [--port PORT] [--host HOST]

Introduces vecmesh replicas (and y-webrtc clients) to each other. No data passes through it.

  --port PORT   port to listen on, 0 for any free one (default 4444)
  --host HOST   address to listen on (default 127.0.0.1; 0.0.0.0 serves other machines too)
  --help        show this
`;

/** Bad flags. As in most command-line tools. */
const EXIT_USAGE = 2;

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly help: boolean;
}

/** Runs the command until SIGTERM or SIGINT. Says on standard error what is wrong, and sets the exit code. */
export async function runCli(args: readonly string[]): Promise<void> {
  const flags = parseFlags(args);
  if (flags === undefined) return;
  if (flags.help) {
    process.stdout.write(HELP);
    return;
  }
  let server: SignalingServer;
  try {
    server = await startSignalingServer(flags);
  } catch (error) {
    fail(explain(error as NodeJS.ErrnoException, flags), 1);
    return;
  }
  // Once: a second signal ends the process at once.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void server.close());
  console.log(`vecmesh-signaling listens on ${server.url}`);
}

function parseFlags(args: readonly string[]): Flags | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "4444" },
        host: { type: "string", default: "127.0.0.1" },
        help: { type: "boolean", default: false },
      },
    });
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
      throw new Error(`--port must be a number from 0 to 65535, not "${values.port}"`);
    }
    if (values.host === "") throw new Error("--host must name an address, e.g. 127.0.0.1");
    return { ...values, port: Number(values.port) };
  } catch (error) {
    fail(`${(error as Error).message}\nvecmesh-signaling --help shows the options.`, EXIT_USAGE);
    return undefined;
  }
}

function explain({ code = "", message }: NodeJS.ErrnoException, { host, port }: Flags): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is already in use. Stop the server that uses it, or choose another with --port.`;
    case "EACCES":
      return `This user may not listen on port ${port}. Choose one above 1023 with --port.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine. Choose another with --host.`;
    default:
      return `Cannot listen on port ${port} of ${host}: ${message}`;
  }
}

function fail(message: string, exitCode: number): void {
  console.error(`vecmesh-signaling: ${message}`);
  process.exitCode = exitCode;
}
