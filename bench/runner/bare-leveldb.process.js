/** Writes a file of raw float32 straight into LevelDB, each under its id, as an import does: in synced batches of a thousand. */
import { open, readFile } from "node:fs/promises";
import process from "node:process";
import { ClassicLevel } from "classic-level";

const BATCH = 1000;
const [file = "", database = "", dimensions = ""] = process.argv.slice(2);
const rowBytes = Number(dimensions) * 4;

const ids = (await readFile(`${file}.ids`, "utf8")).trim().split("\n");
const vectors = await open(file, "r");
/** @type {ClassicLevel<string, Uint8Array>} */
const level = new ClassicLevel(database, { keyEncoding: "utf8", valueEncoding: "view" });
await level.open();
for (let from = 0; from < ids.length; from += BATCH) {
  const some = ids.slice(from, from + BATCH);
  const rows = new Uint8Array(some.length * rowBytes);
  await vectors.read(rows, 0, rows.length, from * rowBytes);
  const puts = some.map((id, i) => ({
    type: /** @type {const} */ ("put"),
    key: /** @type {string} */ (JSON.parse(id)),
    value: rows.subarray(i * rowBytes, (i + 1) * rowBytes),
  }));
  await level.batch(puts, { sync: true });
}
await level.close();
await vectors.close();
