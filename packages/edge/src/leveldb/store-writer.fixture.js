/**
 * `node store-writer.fixture.js FOLDER`: opens the store "one" of the room "room" and commits to it strictly, one commit after the other, with a line on
 * standard output for each that is acknowledged. With `--hold` it only opens it. Ends when it is killed.
 */
import process from "node:process";
import { levelDbStorage } from "@vecmesh/edge";

const [folder = "", mode] = process.argv.slice(2);
const store = await levelDbStorage(folder).open({ room: "room", replicaName: "one" });
let count = 0;
for await (const chunk of store.scan("key ")) count += chunk.length;
process.stdout.write(`open ${count}\n`);
if (mode === "--hold") setInterval(() => undefined, 60_000);
else {
  for (let i = count; ; i++) {
    const value = new Uint8Array(2000).fill(i & 0xff);
    await store.commit({ puts: [[`key ${String(i).padStart(8, "0")}`, value]], deletes: [] }, "strict");
    process.stdout.write(`${i}\n`);
  }
}
