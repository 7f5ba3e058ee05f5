/**
 * `node sink-process.fixture.js DATA URL MODE`: a replica of the room "room" in DATA that feeds the PostgreSQL at URL. Writes and deletes, one after the other,
 * and prints a line for each that is stored; kills itself at the MODEth moment between two statements to the database, commits among them, or is
 * killed ("never"). As "drain" it writes nothing, prints what it shows as JSON when the database has all of it, and ends.
 */
import process from "node:process";
import { createEdgeReplicator } from "@vecmesh/edge";
import { pgConnection, postgresTarget, startSink } from "@vecmesh/edge/sink";

const [data = "", url = "", mode = ""] = process.argv.slice(2);
const IDS = 40;

let moments = 0;
const moment = () => {
  if (++moments === Number(mode)) process.kill(process.pid, "SIGKILL");
};

const connection = await pgConnection(url);
const target = postgresTarget({
  transaction: async (run) => {
    const result = await connection.transaction((query) =>
      run(async (sql, parameters) => {
        moment();
        const rows = await query(sql, parameters);
        moment();
        return rows;
      }),
    );
    moment();
    return result;
  },
  close: () => connection.close(),
});
const replicator = await createEdgeReplicator({ room: "room", data, replicaName: "edge", consistencyLevel: "one" });
const sink = startSink({ replicator, room: "room", target });
if (mode === "drain") {
  await sink.started;
  while (sink.stats().lagMs > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  const shown = [];
  for await (const { id, metadata } of replicator.entries()) shown.push([id, metadata["n"]]);
  await sink.close();
  await target.close();
  await replicator.close();
  process.stdout.write(`${JSON.stringify(shown)}\n`);
} else {
  /** @type {string[]} */
  const once = [];
  for (let n = 0; ;) {
    // Greater than all before, in earlier processes too, and another for each write.
    n = Math.max(n + 1, Date.now() * 1000);
    // What is lost of an id shows for good only where nothing is written to it later.
    const id = Math.random() < 0.5 ? `once ${n}` : `e${Math.floor(Math.random() * IDS)}`;
    await replicator.write({ id, vector: Float32Array.of(n % 97, 1), metadata: { n } });
    if (id.startsWith("once")) once.push(id);
    if (once.length > 10 && Math.random() < 0.5) await replicator.delete(once.shift());
    process.stdout.write(`${n}\n`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
