import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import process from "node:process";

let counted = 0;

/**
 * A network of its own for a device, joined to this machine by a cable that can be pulled: what a browser in it sees of that is what it
 * sees of a lost Wi-Fi.
 */
export class NetworkNamespace implements Disposable {
  /** This machine's address on the cable. */
  readonly hostAddress: string;
  readonly #name: string;
  readonly #net: string;
  readonly #hostEnd: string;
  #hostNumber = 2;

  constructor() {
    // Apart from those of tests that run beside this one; an interface's name has at most 15 characters.
    const id = `${process.pid % 100_000}-${counted++}`;
    this.#name = `vecmesh-${id}`;
    this.#hostEnd = `vm${id}`;
    this.#net = `10.${200 + (counted % 50)}.${process.pid % 250}`;
    this.hostAddress = `${this.#net}.1`;
    ip("netns", "add", this.#name);
    ip("link", "add", this.#hostEnd, "type", "veth", "peer", "name", "eth0", "netns", this.#name);
    // Other browsers of this machine break off what they load when an address comes. An IPv6 one would, by itself, a second later.
    if (existsSync("/proc/net/if_inet6")) ip("link", "set", "dev", this.#hostEnd, "addrgenmode", "none");
    ip("address", "add", `${this.hostAddress}/24`, "dev", this.#hostEnd);
    ip("link", "set", this.#hostEnd, "up");
    this.#inside("link", "set", "lo", "up");
    this.#settle();
  }

  /** A command that runs `executable` in this network. */
  wrapperOf(executable: string, folder: string): string {
    const path = `${folder}/in-${this.#name}`;
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.#name} ${executable} "$@"\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Pulls the cable. */
  cut(): void {
    ip("link", "set", this.#hostEnd, "down");
  }

  restore(): void {
    ip("link", "set", this.#hostEnd, "up");
    // The route went with the cable.
    this.#inside("route", "replace", "default", "via", this.hostAddress);
  }

  /** From one network into another: the address that the device had is gone, and there is a new one. */
  move(): void {
    this.#inside("address", "flush", "dev", "eth0");
    this.#settle();
  }

  [Symbol.dispose](): void {
    ip("netns", "delete", this.#name);
    // Its other end went with the network, sooner or later.
    spawnSync("ip", ["link", "delete", this.#hostEnd]);
  }

  #settle(): void {
    this.#inside("address", "add", `${this.#net}.${this.#hostNumber++}/24`, "dev", "eth0");
    this.#inside("link", "set", "eth0", "up");
    this.#inside("route", "replace", "default", "via", this.hostAddress);
  }

  #inside(...args: string[]): void {
    ip("-netns", this.#name, ...args);
  }
}

/** Serves what this machine serves on that port of its own to others, too. Returns on which port. */
export async function forwardPort(port: number, address: string): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => {
    const inner = connect(port, "127.0.0.1");
    for (const end of [socket, inner]) end.on("error", () => socket.destroy() && inner.destroy());
    socket.pipe(inner).pipe(socket);
  });
  server.listen(0, address);
  await once(server, "listening");
  const listensOn = server.address();
  if (listensOn === null || typeof listensOn === "string") throw new Error("No port is listened on.");
  return {
    port: listensOn.port,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
