import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SETTINGS } from "./setting-table.ts";

test("docs/DEPLOY.md lists every setting with its variable and default", () => {
  const text = readFileSync(new URL("../../../../docs/DEPLOY.md", import.meta.url), "utf8");
  const cells = (line: string): string[] => line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
  const rows = new Map(
    text
      .split("\n")
      .map(cells)
      .map(([, flag = "", variable, fallback]) => [flag, { variable, fallback }]),
  );
  for (const { flag, variable, fallback = "none" } of SETTINGS)
    expect(rows.get(`--${flag}`)).toEqual({ variable, fallback });
});
