import { describe, expect, test } from "vitest";
import type { Authorize } from "./authorization.ts";
import { eventually } from "./testing/eventually.ts";
import { askForUpgrade } from "./testing/upgrade.ts";
import { connectTo, serve } from "./testing/setting.ts";

describe("T10: a server that ends", () => {
  test("asks vecmesh clients to come back at different times, and closes all with 1012", async () => {
    const server = await serve({ limits: { retrySpreadMs: 60_000 } });
    const clients = await Promise.all(Array.from({ length: 20 }, () => connectTo(server)));
    const plain = await connectTo(server);
    await plain.subscribe("room");
    for (const [i, client] of clients.entries()) await client.subscribe("room", `node-${i}`);
    for (const client of clients) client.received.length = 0;
    plain.received.length = 0;

    await server.close({ drainMs: 200 });

    const afterMs = new Set<number>();
    for (const client of clients) {
      expect((await client.closed).code).toBe(1012);
      // Those that went before it were told of, too.
      const retries = client.received.filter((message) => message.type === "retry");
      expect(retries).toHaveLength(1);
      for (const retry of retries) afterMs.add(retry.afterMs);
    }
    expect(afterMs.size).toBeGreaterThan(10);
    expect(Math.max(...afterMs)).toBeLessThanOrEqual(60_000);
    expect((await plain.closed).code).toBe(1012);
    expect(plain.received).toEqual([]);
  });

  test("lets nobody in while it drains, and says so", async () => {
    const server = await serve();
    const [one, other] = [await connectTo(server), await connectTo(server)];
    // In twenty steps: the other has its close a second after the first.
    const closed = server.close({ drainMs: 20_000 });
    await Promise.race([one.closed, other.closed]);
    expect(await askForUpgrade(server.port)).toMatchObject({ status: 503, reason: "the server is shutting down" });
    await closed;
  });

  test("does not let in whom it was deciding on, nor wait for the decision when all have gone", async () => {
    let decide: (() => void) | undefined;
    const authorize: Authorize = ({ token }) =>
      token === "slow" ? new Promise((resolve) => (decide = () => resolve({ allowed: true }))) : { allowed: true };
    const server = await serve({ authorize });
    const [one, other] = [await connectTo(server), await connectTo(server)];
    const asked = askForUpgrade(server.port, "/?token=slow");
    await eventually(() => expect(decide).toBeDefined());
    // The other has its close a second after the first, as above.
    const closed = server.close({ drainMs: 20_000 });
    await Promise.race([one.closed, other.closed]);
    decide?.();
    expect(await asked).toMatchObject({ status: 503, reason: "the server is shutting down" });
    await closed;

    const another = await serve({ authorize, limits: { authorizeTimeoutMs: 60_000 } });
    decide = undefined;
    const hanging = askForUpgrade(another.port, "/?token=slow").catch(() => "cut off");
    await eventually(() => expect(decide).toBeDefined());
    await another.close();
    expect(await hanging).toBe("cut off");
  });
});
