import { preview } from "vite";
import { startSignalingServer } from "@vecmesh/signaling";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const DEFAULT_PORT = 4173;
const DEFAULT_SIGNALING_PORT = 4444;

/** For devices that no network lets connect, in rooms with a password. */
const RELAY_BYTES_PER_SECOND = 65_536;

const USAGE = `Usage: npm start -- [options]
  --host                   be reachable from other devices, not only from this one
  --port NUMBER            where the page is served (default ${DEFAULT_PORT}, or the next free port)
  --signaling-port NUMBER  where tabs find each other (default ${DEFAULT_SIGNALING_PORT})`;

const folder = fileURLToPath(new URL(".", import.meta.url));

/** @param {string | undefined} text @param {number} otherwise */
function portFrom(text, otherwise) {
  const port = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${text} is no port.\n${USAGE}`);
  return port;
}

function options() {
  const { values } = parseArgs({
    options: {
      host: { type: "boolean", default: false },
      port: { type: "string" },
      "signaling-port": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    help: values.help,
    host: values.host,
    port: portFrom(values.port, DEFAULT_PORT),
    signalingPort: portFrom(values["signaling-port"], DEFAULT_SIGNALING_PORT),
  };
}

/** @param {number} port @param {string} host */
async function startSignaling(port, host) {
  try {
    return await startSignalingServer({ port, host, relay: { bytesPerSecond: RELAY_BYTES_PER_SECOND } });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EADDRINUSE") throw error;
    throw new Error(
      `Port ${port}, where tabs find each other, is taken: perhaps the demo runs already. ` +
        `Stop what uses it, or choose another: npm start -- --signaling-port ${port + 1}`,
      { cause: error },
    );
  }
}

/** @param {number} pagePort @param {number} signalingPort @param {string} hostname */
function address(pagePort, signalingPort, hostname) {
  const url = new URL(`http://${hostname}:${pagePort}/`);
  if (signalingPort !== DEFAULT_SIGNALING_PORT) url.searchParams.set("signaling", `ws://${hostname}:${signalingPort}`);
  return url.href;
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address: lanAddress }) => lanAddress);
}

async function main() {
  const { help, host, port, signalingPort } = options();
  if (help) return console.log(USAGE);
  if (!existsSync(`${folder}dist/index.html`)) throw new Error("The demo is not built yet: npm run build");

  const signaling = await startSignaling(signalingPort, host ? "0.0.0.0" : "127.0.0.1");
  const page = await preview({
    root: folder,
    logLevel: "warn",
    preview: { port, host: host ? "0.0.0.0" : "localhost" },
  });
  const listening = page.httpServer.address();
  const pagePort = typeof listening === "object" && listening !== null ? listening.port : port;

  if (pagePort !== port && port !== 0) console.log(`Port ${port} is taken; using ${pagePort}.`);
  console.log(
    `Shared notes: ${address(pagePort, signaling.port, "localhost")}  (open it in several tabs; Ctrl-C ends it)`,
  );
  if (host) {
    for (const lan of lanAddresses()) console.log(`On the local network: ${address(pagePort, signaling.port, lan)}`);
    console.log(
      "Browsers let a page store data only on a secure address: from other devices use https, for example through a tunnel or a reverse proxy.",
    );
  }

  const end = async () => {
    await Promise.all([signaling.close(), page.close()]);
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.once(signal, () => {
      // Vite ends the process on SIGTERM too, and would call it a failure.
      process.exitCode = 0;
      end().then(
        () => process.exit(0),
        (/** @type {unknown} */ error) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
