import { expect, test } from "vitest";
import { optionsFrom } from "./options.js";

const NAMES = ["live", "catch-up"];

test("without options everything is run in full", () => {
  expect(optionsFrom([], NAMES)).toEqual({ help: false, quick: false, only: undefined });
});

test("--only names one benchmark, --quick asks for a smoke run", () => {
  expect(optionsFrom(["--quick", "--only", "live"], NAMES)).toMatchObject({ quick: true, only: "live" });
});

test.each([[["--only", "lives"]], [["--fast"]], [["--only"]]])("%j is refused with the usage", (args) => {
  expect(() => optionsFrom(args, NAMES)).toThrow("Usage: npm run bench");
});
