import { onTestFinished } from "vitest";
import { type SignalingServer, type SignalingServerOptions, startSignalingServer } from "../server.ts";
import { TestClient } from "./test-client.ts";

/** Starts a server on a free port; it ends with the test. */
export async function serve(options?: SignalingServerOptions): Promise<SignalingServer> {
  const server = await startSignalingServer({ port: 0, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** Connects a client; it ends with the test. */
export async function connectTo(server: SignalingServer): Promise<TestClient> {
  const client = await TestClient.connect(server.url);
  onTestFinished(() => client.socket.terminate());
  return client;
}

/** Two honest clients that talk to each other without a break while `attack` runs, and once more after it. */
export async function whileOthersTalk(server: SignalingServer, attack: () => Promise<void>): Promise<void> {
  const [alice, bob] = [await connectTo(server), await connectTo(server)];
  await bob.subscribe("honest");
  const exchange = async (): Promise<void> => {
    alice.send({ type: "publish", topic: "honest" });
    const answered = await Promise.race([bob.nextPublish(), alice.closed, bob.closed]);
    if ("code" in answered) throw new Error(`an honest client was cut off: ${JSON.stringify(answered)}`);
  };
  const attacked = new AbortController();
  const talk = async (): Promise<void> => {
    while (!attacked.signal.aborted) await exchange();
    await exchange();
  };
  await Promise.all([attack().finally(() => attacked.abort()), talk()]);
}
