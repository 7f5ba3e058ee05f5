import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface Coturn extends AsyncDisposable {
  /** As in `--turn-urls`. */
  readonly url: string;
}

/** Whether there is one to start. */
export function hasCoturn(): boolean {
  return spawnSync("turnserver", ["--version"]).error === undefined;
}

/** Starts a coturn of the test's own on this machine, whose users are whoever has a password made with that secret. */
export async function startCoturn(secret: string, folder: string): Promise<Coturn> {
  const port = await freeUdpPort();
  const child = spawn(
    "turnserver",
    [
      // No configuration of the system's.
      "-n",
      "--no-cli",
      "--no-tls",
      "--no-dtls",
      // The port is free for UDP; where a TCP connection has the same one, coturn tries for it for ever, and meanwhile answers nobody.
      "--no-tcp",
      "--log-file=stdout",
      "--simple-log",
      // Else it does not say when it listens.
      "--verbose",
      "--listening-ip=127.0.0.1",
      `--listening-port=${port}`,
      "--relay-ip=127.0.0.1",
      "--allow-loopback-peers",
      "--realm=vecmesh.test",
      "--use-auth-secret",
      `--static-auth-secret=${secret}`,
      `--pidfile=${folder}/turnserver.pid`,
      `--userdb=${folder}/turndb`,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  await listening(child);
  return {
    url: `turn:127.0.0.1:${port}?transport=udp`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (/UDP listener opened on/.test(printed)) resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`turnserver ended:\n${printed}`)));
  });
}

/** Not one of those that systems give to whoever asks for any, as browsers do for each candidate. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4").bind(randomInt(20_000, 32_000), "127.0.0.1");
  try {
    await once(socket, "listening");
  } catch {
    return freeUdpPort();
  }
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
