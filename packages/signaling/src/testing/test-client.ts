import { WebSocket } from "ws";
import type { DeliveredMessage, ServerMessage } from "../protocol.ts";

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket client that keeps what it received until a test asks for it. */
export class TestClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  /** Not taken yet, oldest first. */
  readonly received: ServerMessage[] = [];
  #arrived: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    // A connection that is cut in the middle of a write; `closed` tells.
    socket.on("error", () => {});
    socket.on("message", (data) => {
      this.received.push(JSON.parse((data as Buffer).toString()) as ServerMessage);
      this.#arrived();
    });
  }

  static async connect(url: string): Promise<TestClient> {
    const client = new TestClient(new WebSocket(url));
    await new Promise((resolve, reject) => {
      client.socket.once("open", resolve);
      client.socket.once("error", reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** The next message not taken yet. */
  async next(): Promise<ServerMessage> {
    let message = this.received.shift();
    while (message === undefined) {
      await new Promise<void>((resolve) => (this.#arrived = resolve));
      message = this.received.shift();
    }
    return message;
  }

  async nextPublish(): Promise<DeliveredMessage> {
    const message = await this.next();
    if (message.type !== "publish") throw new Error(`expected a publish, got ${JSON.stringify(message)}`);
    return message;
  }

  /** Returns what came before the server's answer to a ping: all that it had sent in answer to earlier messages. */
  async flush(): Promise<ServerMessage[]> {
    this.send({ type: "ping" });
    const messages: ServerMessage[] = [];
    for (;;) {
      const message = await this.next();
      if (message.type === "pong") return messages;
      messages.push(message);
    }
  }

  /** Subscribes, and returns when the server has taken it in. */
  async subscribe(topic: string, nodeId?: string): Promise<ServerMessage[]> {
    this.send({ type: "subscribe", topics: [topic], nodeId });
    return this.flush();
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** Publishes to a topic that `client` subscribes to until it has `count` subscribers. Throws if anything but publishes comes. */
export async function untilSubscribers(client: TestClient, topic: string, count: number): Promise<void> {
  let clients: number;
  do {
    client.send({ type: "publish", topic });
    ({ clients } = await client.nextPublish());
  } while (clients !== count);
}
