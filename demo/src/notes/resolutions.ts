import { type Note, type NoteVersion, versionsOf } from "./note.ts";
import { mergeTexts } from "./merge-texts.ts";

/** What one conflict mode makes of a note's concurrent versions. */
export interface Resolution {
  readonly mode: "last-write-wins" | "vector-clock" | "custom";
  /** The one text that the mode shows; `undefined` where it leaves the choice to a person. */
  readonly text: string | undefined;
  readonly versions: readonly NoteVersion[];
}

/** What each conflict mode would make of this note. */
export function resolutions(note: Note): Resolution[] {
  const versions = versionsOf(note);
  const oldestFirst = [...versions].sort((a, b) => a.writtenAt - b.writtenAt || (a.key < b.key ? -1 : 1));
  return [
    { mode: "last-write-wins", text: note.text, versions },
    { mode: "vector-clock", text: undefined, versions },
    { mode: "custom", text: mergeTexts(oldestFirst.map(({ text }) => text)), versions },
  ];
}
