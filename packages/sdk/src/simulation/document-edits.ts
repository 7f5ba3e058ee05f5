import { increment } from "../adapters/yjs/counter.ts";
import type * as Y from "yjs";
import type { SeededRandom } from "./random.ts";

/** The names of all edits, in the document itself, where no whole-entry write touches them. */
export const MARKS = "marks";

const FIELDS = ["one", "two", "three"] as const;

/** What a user does to a document: the n-th write of a run. */
export function editDocument(document: Y.Doc, n: number, random: SeededRandom): void {
  document.getMap(MARKS).set(String(n), true);
  const edit = random.pick(["field", "type", "erase", "tag", "untag", "like"] as const);
  const [body, tags] = [document.getText("body"), document.getArray("tags")];
  if (edit === "field") document.getMap("metadata").set(random.pick(FIELDS), n);
  else if (edit === "type") body.insert(random.integer(0, body.length), `${n} `);
  else if (edit === "erase" && body.length > 0) body.delete(random.integer(0, body.length - 1), 1);
  else if (edit === "tag") tags.insert(random.integer(0, tags.length), [`t${n}`]);
  else if (edit === "untag" && tags.length > 0) tags.delete(random.integer(0, tags.length - 1));
  else increment(document, "likes");
}
