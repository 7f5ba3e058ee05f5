/**
 * `node hostile-clients.js URL IDLE`: clients that do harm to a signaling server until the process is ended, each kind from addresses of
 * its own. Prints a line when all have begun.
 */
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { loopback } from "./signaling-client.js";

const [url = "", idle = "10000"] = process.argv.slice(2);

let addresses = 1000;
const newAddress = () => loopback(addresses++);

/**
 * @param {string} address
 * @returns {Promise<WebSocket | undefined>} undefined when it is refused
 */
async function open(address) {
  const socket = new WebSocket(url, { localAddress: address, perMessageDeflate: false });
  socket.on("error", () => {});
  const opened = await Promise.race([once(socket, "open").then(() => true), once(socket, "close").then(() => false)]);
  return opened ? socket : undefined;
}

/** @param {unknown} message */
const json = (message) => JSON.stringify(message);
/** @param {string} room @param {number} size */
const publish = (room, size) => json({ type: "publish", topic: room, data: "x".repeat(size) });

/** Sends `data`, is closed for it, and comes back, as fast as it can. @param {() => string | Buffer} data */
async function offendFor(data) {
  const address = newAddress();
  for (;;) {
    const socket = await open(address).catch(() => undefined);
    if (socket === undefined) {
      await sleep(100);
      continue;
    }
    socket.send(data());
    await Promise.race([once(socket, "close"), sleep(1000)]);
    socket.terminate();
  }
}

/** Broadcasts without a break to a room of its own kind, each of whom reads. */
async function flood() {
  const address = newAddress();
  const sockets = (await Promise.all(Array.from({ length: 50 }, () => open(address)))).filter(
    (socket) => socket !== undefined,
  );
  for (const socket of sockets) socket.send(json({ type: "subscribe", topics: [`flood ${address}`], nodeId: "f" }));
  for (;;) {
    for (const socket of sockets) {
      // A paused socket lets its sender's queue grow: that is the flooder's own memory.
      if (socket.bufferedAmount < 1024 * 1024)
        for (let i = 0; i < 20; i++) socket.send(publish(`flood ${address}`, 1000));
    }
    await sleep(1);
  }
}

/** Reads nothing of what another publishes, and comes back when it is dropped. */
async function readSlowly() {
  const address = newAddress();
  const room = `slow ${address}`;
  const publisher = await open(address);
  for (;;) {
    const slow = await open(address).catch(() => undefined);
    if (slow === undefined) {
      await sleep(100);
      continue;
    }
    slow.send(json({ type: "subscribe", topics: [room] }));
    slow.pause();
    for (let i = 0; i < 200 && publisher?.readyState === WebSocket.OPEN; i++) {
      if (publisher.bufferedAmount < 1024 * 1024) publisher.send(publish(room, 60_000));
      await sleep(20);
    }
    slow.terminate();
  }
}

/** Begins a request and never ends it. */
async function dawdle() {
  const { port } = new URL(url);
  for (;;) {
    const socket = connect({ port: Number(port), host: "127.0.0.1", localAddress: newAddress() });
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost:");
    await Promise.race([once(socket, "close"), sleep(200)]);
  }
}

async function idleAway() {
  const sockets = [];
  for (let i = 0; i < Number(idle); i += 50) {
    const address = newAddress();
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => open(address).catch(() => undefined)))));
    for (const socket of sockets.slice(-50)) socket?.send(json({ type: "subscribe", topics: [`idle ${address}`] }));
  }
  return sockets.filter((socket) => socket !== undefined).length;
}

const idlers = await idleAway();
const NESTED = "[".repeat(20_000);
for (const attack of [
  () => offendFor(() => "{garbage"),
  () => offendFor(() => NESTED),
  () => offendFor(() => Buffer.alloc(1000, 0xff)),
  () => offendFor(() => publish("honest", 5_000_000)),
  () => offendFor(() => json({ type: "subscribe", topics: Array.from({ length: 501 }, (_, i) => `t${i}`) })),
  flood,
  flood,
  readSlowly,
  readSlowly,
  readSlowly,
  dawdle,
]) {
  attack().catch((/** @type {unknown} */ error) => console.error(error));
}
console.log(JSON.stringify({ idlers }));
