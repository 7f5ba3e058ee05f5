import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ClientMessage } from "@vecmesh/signaling/protocol";
import { type WebSocket, WebSocketServer } from "ws";
import type { Intercepted } from "../app/middleman-page.ts";

/** A signaling server that hands whatever its clients say to the page in the middle, and tells them what that page says. */
export class HostileSignaling implements AsyncDisposable {
  readonly #server: WebSocketServer;
  readonly #victims: WebSocket[] = [];
  #middleman: WebSocket | undefined;
  #topic = "";

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket, { url }) => {
      if (url === "/middleman") this.#obey(socket);
      else this.#betray(socket, this.#victims.push(socket) - 1);
    });
  }

  static async start(): Promise<HostileSignaling> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new HostileSignaling(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }

  #betray(socket: WebSocket, victim: number): void {
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ClientMessage;
      if (message.type === "ping") socket.send(JSON.stringify({ type: "pong" }));
      if (message.type === "subscribe") {
        const [topic] = message.topics;
        socket.send(JSON.stringify({ type: "roster", topic, self: `${victim}`, peers: [], clients: 1 }));
      }
      if (message.type !== "publish") return;
      this.#topic = message.topic;
      const letter = message["vecmesh"] as Intercepted["letter"];
      this.#middleman?.send(JSON.stringify({ victim, letter } satisfies Intercepted));
    });
  }

  #obey(middleman: WebSocket): void {
    this.#middleman = middleman;
    middleman.on("message", (data: Buffer) => {
      const { victim, letter } = JSON.parse(data.toString()) as Intercepted;
      const delivered = { type: "publish", topic: this.#topic, from: `${1 - victim}`, clients: 2, vecmesh: letter };
      this.#victims[victim]?.send(JSON.stringify(delivered));
    });
  }
}
