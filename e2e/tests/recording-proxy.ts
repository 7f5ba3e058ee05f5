import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

export interface Recorded {
  readonly atMs: number;
  readonly text: string;
}

/** Stands between tabs and a signaling server, changes nothing, and keeps all that the tabs say. */
export class RecordingProxy implements AsyncDisposable {
  readonly recorded: Recorded[] = [];
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer, target: string) {
    this.#server = server;
    server.on("connection", (client) => {
      const onward = new WebSocket(target);
      const early: string[] = [];
      const ends = [client, onward];
      for (const end of ends) {
        end.on("error", () => {});
        end.on("close", () => ends.forEach((other) => other.close()));
      }
      client.on("message", (data: Buffer) => {
        const text = data.toString();
        this.recorded.push({ atMs: performance.now(), text });
        if (onward.readyState === WebSocket.OPEN) onward.send(text);
        else early.push(text);
      });
      onward.on("open", () => early.forEach((text) => onward.send(text)));
      onward.on("message", (data: Buffer) => client.send(data.toString()));
    });
  }

  static async start(target: string): Promise<RecordingProxy> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    return new RecordingProxy(server, target);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }
}
