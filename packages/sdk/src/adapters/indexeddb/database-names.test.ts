import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PROFILE_DATABASE, storeDatabaseName } from "./database-names.ts";

const anyName = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "\ud800", '","', "\\", "[", "\0"));

test("two stores share a database name only when they are one", () => {
  fc.assert(
    fc.property(anyName, anyName, anyName, anyName, (room, name, otherRoom, otherName) => {
      const same = room === otherRoom && name === otherName;
      expect(storeDatabaseName(room, name) === storeDatabaseName(otherRoom, otherName)).toBe(same);
      expect(storeDatabaseName(room, name)).not.toBe(PROFILE_DATABASE);
    }),
  );
  expect(storeDatabaseName('a","b', "c")).not.toBe(storeDatabaseName("a", 'b","c'));
  expect(storeDatabaseName("\ud800", "a")).not.toBe(storeDatabaseName("\ufffd", "a"));
});
