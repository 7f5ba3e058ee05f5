import { count, counted } from "../words/quantities.ts";
import type { Note } from "../notes/note.ts";

/** What the map shows, in a line: "10 notes · 1 in conflict · 5,000 words". */
export function mapCaption(notes: readonly Note[], words: number): string {
  const conflicts = notes.filter((note) => note.others.length > 0).length;
  const parts = [counted(notes.length, "note")];
  if (conflicts > 0) parts.push(`${count(conflicts)} in conflict`);
  if (words > 0) parts.push(counted(words, "word"));
  return parts.join(" · ");
}
