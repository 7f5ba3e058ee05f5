import { expect, test } from "vitest";
import { tokens } from "./tokens.ts";

test("words are lower-cased and kept in order", () => {
  expect(tokens("My dog is ILL, and needs a vet!")).toEqual(["my", "dog", "is", "ill", "and", "needs", "a", "vet"]);
});

test("a possessive counts as its noun, and a hyphened word as one", () => {
  expect(tokens("the king's well-known queen")).toEqual(["the", "king", "well-known", "queen"]);
});

test("letters of any script make words; digits, signs and dashes do not", () => {
  expect(tokens("Überraschung 2024 -- 東京 🎉 -x-")).toEqual(["überraschung", "東京", "x"]);
});
