import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Where Debian puts what is not for everybody's PATH. */
const DEBIAN = "/usr/lib/postgresql";
export const PASSWORD = "a password / with %, @ and :";

/** Where `initdb` and `postgres` are, or why no server can be started. `node e2e/system/ensure-postgresql.js` installs one. */
export function findPostgres(): { readonly folder: string } | { readonly missing: string } {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions.map((version) => join(DEBIAN, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
  if (folder === undefined)
    return { missing: "no PostgreSQL here. `node e2e/system/ensure-postgresql.js` installs one" };
  if (process.getuid?.() === 0 && account() === undefined)
    return { missing: "PostgreSQL does not run as root, and there is no user postgres" };
  return { folder };
}

/** Whether Debian's package of pgvector is beside the server in that folder. */
export function hasPgvector(folder: string): boolean {
  return existsSync(folder.replace(/lib\/postgresql\/(\d+)\/bin$/, "share/postgresql/$1/extension/vector.control"));
}

/** A PostgreSQL of the test's own, on a free port of this machine, that takes a password. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #home: string;
  #child: ChildProcess | undefined;

  private constructor(folder: string, home: string, port: number) {
    this.#folder = folder;
    this.#home = home;
    this.port = port;
  }

  /** @param folder where `initdb` and `postgres` are */
  static async start(folder: string): Promise<PostgresServer> {
    const home = mkdtempSync(join(tmpdir(), "vecmesh-postgres-"));
    const passwordFile = join(home, "password");
    writeFileSync(passwordFile, PASSWORD);
    const user = account();
    if (user !== undefined) for (const path of [home, passwordFile]) chownSync(path, user.uid, user.gid);
    const server = new PostgresServer(folder, home, await freePort());
    const made = spawnSync(
      join(folder, "initdb"),
      [
        "-D",
        join(home, "cluster"),
        "-U",
        "vecmesh",
        "-A",
        "scram-sha-256",
        `--pwfile=${passwordFile}`,
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
      ],
      { ...user, cwd: home, encoding: "utf8" },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${String(made.error ?? "")}`);
    await server.restart();
    return server;
  }

  url(password: string = PASSWORD): string {
    return `postgres://vecmesh:${encodeURIComponent(password)}@127.0.0.1:${this.port}/postgres`;
  }

  /** Ends it as a crash would: what was committed is in its log, and nothing else. */
  async crash(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGQUIT");
    await exited;
  }

  async dispose(): Promise<void> {
    await this.crash();
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Starts it (again), on the same port. */
  async restart(): Promise<void> {
    await this.crash();
    const options = {
      ...account(),
      cwd: this.#home,
      stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"],
    };
    // No socket in a folder of the system's, and no waiting for the disk: only processes crash here.
    const flags = [
      "-D",
      join(this.#home, "cluster"),
      "-p",
      String(this.port),
      "-c",
      "unix_socket_directories=",
      "-c",
      "fsync=off",
    ];
    const child = spawn(join(this.#folder, "postgres"), [...flags, "-c", "listen_addresses=127.0.0.1"], options);
    this.#child = child;
    // Also where a test run is broken off, and nobody disposes of it.
    const end = (): void => void child.kill("SIGQUIT");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    let printed = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes("ready to accept connections")) resolve();
      });
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`postgres ended:\n${printed}`)));
    });
  }
}

/** Whom a server runs as where this is root, as whom it does not run. */
function account(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const numberOf = (flag: string): number =>
    Number.parseInt(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout, 10);
  const [uid, gid] = [numberOf("-u"), numberOf("-g")];
  return Number.isNaN(uid) || Number.isNaN(gid) ? undefined : { uid, gid };
}

/**
 * Not one of those that systems give to whoever asks for any (Linux: 32768 up), one of which somebody else might be given before this is
 * used, or while its server is down.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(randomInt(20_000, 32_000), "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return freePort();
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
