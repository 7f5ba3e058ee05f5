import * as Y from "yjs";
import { expect, it } from "vitest";
import { isBloated } from "./bloat.ts";

it("a document that was written at once is not bloated, however long the names in it (C11)", () => {
  const document = new Y.Doc();
  const elements = Array.from({ length: 100 }, () => new Y.XmlElement("a-long-name-of-an-element"));
  document.getXmlFragment("page").push(elements);
  expect(isBloated(document, Y.encodeStateAsUpdateV2(document).length)).toBe(false);
});
