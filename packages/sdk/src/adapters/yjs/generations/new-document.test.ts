import { expect, it } from "vitest";
import { firstItem, holderOf } from "./shared-type.ts";
import { newDocument } from "./new-document.ts";
import * as Y from "yjs";

it("what is deleted in a deep document is not looked for further up than what is left (P8)", () => {
  const document = newDocument();
  const [outer, inner] = [new Y.Array<unknown>(), new Y.Array<unknown>()];
  document.getArray("root").insert(0, [outer]);
  outer.insert(0, [inner]);
  inner.insert(0, ["gone"]);
  inner.delete(0, 1);
  const holder = holderOf(outer);
  let looks = 0;
  Object.defineProperty(outer, "_item", {
    get: () => {
      looks++;
      return holder;
    },
  });
  expect(document.gcFilter(firstItem(inner)!)).toBe(true);
  expect(looks).toBe(0);
});
