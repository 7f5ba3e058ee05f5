import { NoteList, type NoteListView } from "../view/note-list.ts";
import { createComposer } from "../view/composer.ts";
import { createConflictDialog } from "../view/conflict-dialog.ts";
import { createPageEditor } from "../view/page-editor.ts";
import type { NotePages } from "../together/note-pages.ts";
import type { NoteState } from "../view/note-card.ts";
import { createSearchBox } from "../view/search-box.ts";
import { createUnconfirmedBanner } from "../view/unconfirmed-banner.ts";
import { element } from "../view/element.ts";
import type { Found } from "../notes/meaning-search.ts";
import type { Note } from "../notes/note.ts";
import { perFrame } from "../view/per-frame.ts";
import type { Workspace } from "./workspace.ts";

/** How often "4 min" becomes "5 min". */
const CLOCK_MS = 30_000;

export interface NotesColumn {
  readonly element: HTMLElement;
  readonly dialog: HTMLElement;
  focusComposer(): void;
  focusSearch(): void;
}

/** Writing, searching and reading notes. */
export function createNotesColumn(workspace: Workspace): NotesColumn {
  const { collection, embed, pages, report, reveal, search, writer } = workspace;
  let found: Found | undefined;
  let leavePage: (() => void) | undefined;
  const noteAnd = (act: (note: Note) => void) => (id: string) => {
    const note = collection.get(id);
    if (note !== undefined) act(note);
  };
  const textOf = (id: string): string => collection.get(id)?.text ?? "A deleted note";
  const composer = createComposer({ embed, save: (text, level) => void writer.add(text, level) });
  const level = () => composer.levels.level;
  const dialog = createConflictDialog((note, text) => void writer.edit(note, text, level()));
  const searchBox = createSearchBox(
    (query) => void search.ask(query).catch(report),
    () => void search.prepare().catch(report),
  );
  const banner = createUnconfirmedBanner(() => void writer.retryAll(textOf));
  const list = new NoteList({
    edit: (id, text) => {
      const note = collection.get(id);
      // Deleted elsewhere while it was being edited here: what was typed becomes a note of its own.
      void (note === undefined ? writer.add(text, level()) : writer.edit(note, text, level()));
    },
    edited: () => show(),
    remove: noteAnd((note) => {
      pages.clear(note.id);
      void writer.remove(note, level());
    }),
    openPage: (note, leave) => {
      leavePage?.();
      leavePage = leave;
      return createPageEditor(pages, note.id, note.text, leave);
    },
    retry: (id) => void writer.retry(id, textOf(id)),
    openConflict: noteAnd((note) => dialog.open(note)),
  });
  const show = perFrame(() => {
    banner.update(writer.unconfirmed);
    list.update(viewOf(collection.newestFirst(), found, (id) => writer.stateOf(id), pages));
  });
  const searchAgain = perFrame(() => void search.refresh().catch(report));
  search.changed.subscribe((result) => {
    found = result;
    searchBox.show(
      result === undefined ? undefined : { known: result.known, notes: result.notes.size, words: result.words },
    );
    show();
  });
  collection.changed.subscribe(() => {
    show();
    if (found !== undefined) searchAgain();
    if (dialog.noteId !== undefined) dialog.update(collection.get(dialog.noteId));
  });
  writer.changed.subscribe(show);
  pages.changed.subscribe(show);
  reveal.subscribe((id) => {
    noteAnd((note) => (note.others.length > 0 ? dialog.open(note) : list.reveal(id)))(id);
  });
  setInterval(show, CLOCK_MS);
  show();
  return {
    element: element(
      "div",
      { class: "column notes-column", id: "notes" },
      composer.element,
      searchBox.element,
      banner.element,
      list.element,
    ),
    dialog: dialog.element,
    focusComposer: () => composer.focus(),
    focusSearch: () => searchBox.focus(),
  };
}

/** All notes, newest first; or those that were ranked, nearest first. */
function viewOf(
  notes: readonly Note[],
  found: Found | undefined,
  writeOf: (id: string) => "saved" | "saving" | "unconfirmed",
  pages: NotePages,
): NoteListView {
  const nowMs = Date.now();
  const onlookers = pages.onlookers();
  const stateOf = ({ id }: Note): NoteState => ({
    write: writeOf(id),
    score: found?.notes.get(id),
    nowMs,
    pageWords: pages.wordsOn(id),
    onlookers: onlookers.filter(({ noteId }) => noteId === id).map(({ nodeId }) => nodeId),
  });
  if (found === undefined) return { notes, searching: false, stateOf };
  const byId = new Map(notes.map((note) => [note.id, note]));
  return { notes: [...found.notes.keys()].flatMap((id) => byId.get(id) ?? []), searching: true, stateOf };
}
