import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/** Long enough for an answer over a connection that is not slow. */
const DELAY_MS = 200;

/** The URL of a way to a Redis on which subscriptions take their time, and nothing else does. It ends with the test. */
export async function withSlowSubscriptions(url: string): Promise<string> {
  const { port } = new URL(url);
  const proxy = createServer((client) => {
    const redis = connect(Number(port), "127.0.0.1");
    let isSlow = false;
    client.on("data", (chunk: Buffer) => {
      isSlow ||= chunk.includes("subscribe");
      if (isSlow) setTimeout(() => redis.write(chunk), DELAY_MS);
      else redis.write(chunk);
    });
    redis.on("data", (chunk: Buffer) => client.write(chunk));
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => other.destroy());
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  onTestFinished(() => void proxy.close());
  return `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
