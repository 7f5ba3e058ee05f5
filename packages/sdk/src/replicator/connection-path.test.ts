import { expect, it } from "vitest";
import { eventually, type Replicator, Room } from "./room.fixture.ts";
import type { Connection, TransportAdapter } from "../ports/transport.ts";
import type { ConnectionPath } from "../core/connection-path.ts";

/** What the transport's connections say, whenever they are asked. */
type Say = () => Promise<ConnectionPath | undefined>;

function saying(transport: TransportAdapter, path: Say): TransportAdapter {
  return {
    join: (self, events) =>
      transport.join(self, {
        connected: (connection) => events.connected(Object.assign<Connection, object>(connection, { path })),
        message: (connection, message) => events.message(connection, message),
        disconnected: (connection, reason) => events.disconnected(connection, reason),
        twin: (openedAt) => events.twin(openedAt),
        error: (error) => events.error(error),
      }),
  };
}

const room = new Room();
const paths = async (of: Replicator) => (await of.replicas()).map(({ path }) => path);

it("replicas() asks each connection for its path as it is now, and says nothing where none is known", async () => {
  let now: Say = async () => "direct";
  const a = await room.replicator({ transport: saying(room.network.transport(), () => now()) });
  const b = await room.replicator();
  await Promise.all([a.start(), b.start()]);
  await eventually(() => paths(a), [undefined, "direct"]);
  now = async () => "turn";
  expect(await paths(a)).toEqual([undefined, "turn"]);
  now = async () => undefined;
  expect(await paths(a)).toEqual([undefined, undefined]);
  now = () => Promise.reject(new Error("the connection is gone"));
  expect(await paths(a)).toEqual([undefined, undefined]);
  expect(await paths(b)).toEqual([undefined, undefined]);

  now = async () => "turn";
  await eventually(() => a.replicas().then((all) => all.filter(({ role }) => role === "voter").length), 2);
  await b.stop();
  await eventually(() => a.replicas().then((all) => all[1]?.status), "offline");
  expect((await a.replicas())[1]).not.toHaveProperty("path");
});
