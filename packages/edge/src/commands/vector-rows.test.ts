import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.fixture.ts";
import { VectorRows } from "./vector-rows.ts";

const folder = temporaryFolder();
/** So long that a block of what is read at a time holds few of them. */
const DIMENSIONS = 65_536;
const ROWS = 37;

test("rows are what the file holds, little-endian, whatever block of it is read, and none is half a row", async () => {
  const path = join(folder, "rows.f32");
  const bytes = Buffer.alloc(ROWS * DIMENSIONS * 4 + 6);
  for (let row = 0; row < ROWS; row++) {
    bytes.writeFloatLE(row + 0.25, row * DIMENSIONS * 4);
    bytes.writeFloatLE(-row, (row + 1) * DIMENSIONS * 4 - 4);
  }
  writeFileSync(path, bytes);
  const rows = await VectorRows.open(path, DIMENSIONS);
  expect(rows.count).toBeGreaterThan(ROWS);
  const kept = await rows.at(0);
  for (const row of [0, 1, 20, ROWS - 1, 3]) {
    const vector = await rows.at(row);
    expect([vector?.length, vector?.[0], vector?.at(-1)]).toEqual([DIMENSIONS, row + 0.25, row === 0 ? -0 : -row]);
  }
  expect(await rows.at(ROWS)).toBeUndefined();
  expect(kept?.[0]).toBe(0.25);
  await rows.close();
});
