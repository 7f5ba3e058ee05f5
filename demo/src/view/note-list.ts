import { element, setAttribute, setText } from "./element.ts";
import { type NoteActions, NoteCard, type NoteState } from "./note-card.ts";
import { counted } from "../words/quantities.ts";
import type { Note } from "../notes/note.ts";

/** Cards shown at first and added by each "show more": a few screens, and quick to lay out. */
const PAGE = 100;

export interface NoteListView {
  /** In the order to show them. */
  readonly notes: readonly Note[];
  readonly stateOf: (note: Note) => NoteState;
  readonly searching: boolean;
}

/** The notes, newest first, or nearest first while something is searched for. */
export class NoteList {
  readonly element: HTMLElement;
  readonly #actions: NoteActions;
  readonly #cards = new Map<string, NoteCard>();
  readonly #list = element("ol", { id: "note-list", class: "note-list", "data-testid": "note-list" });
  readonly #heading = element("h2", { class: "list-heading", "data-testid": "note-count" });
  readonly #empty = element(
    "div",
    { class: "empty", "data-testid": "notes-empty" },
    element("p", { class: "empty-title" }, "No notes yet"),
    element("p", {}, "Write one above, or open this page in a second tab and write there."),
  );
  readonly #more: HTMLButtonElement;
  #shown = PAGE;
  #view: NoteListView | undefined;

  constructor(actions: NoteActions) {
    this.#actions = actions;
    this.#more = element("button", {
      class: "button more",
      type: "button",
      "data-testid": "notes-more",
      on: {
        click: () => {
          this.#shown += PAGE;
          if (this.#view !== undefined) this.update(this.#view);
        },
      },
    });
    this.element = element(
      "section",
      { class: "notes", "aria-label": "Notes" },
      this.#heading,
      this.#empty,
      this.#list,
      this.#more,
    );
  }

  update(view: NoteListView): void {
    this.#view = view;
    const { notes, searching, stateOf } = view;
    setText(
      this.#heading,
      searching ? `${counted(notes.length, "note")}, nearest first` : counted(notes.length, "note"),
    );
    setAttribute(this.#empty, "hidden", notes.length > 0);
    const page = notes.slice(0, this.#shown);
    this.#drop(new Set(page.map(({ id }) => id)));
    page.forEach((note, place) => this.#place(this.#cardOf(note), note, stateOf(note), place));
    setAttribute(this.#more, "hidden", notes.length <= page.length);
    setText(this.#more, `Show more (${notes.length - page.length} left)`);
  }

  /** Brings a note into view and marks it for a moment. */
  reveal(id: string): void {
    const place = this.#view?.notes.findIndex((note) => note.id === id) ?? -1;
    if (place < 0 || this.#view === undefined) return;
    if (place >= this.#shown) {
      this.#shown = place + 1;
      this.update(this.#view);
    }
    this.#cards.get(id)?.reveal();
  }

  #cardOf(note: Note): NoteCard {
    const known = this.#cards.get(note.id);
    if (known !== undefined) return known;
    const card = new NoteCard(note, this.#actions);
    this.#cards.set(note.id, card);
    return card;
  }

  /** Moves a card only where it is out of place: a moved card would lose the focus inside it. */
  #place(card: NoteCard, note: Note, state: NoteState, place: number): void {
    card.update(note, state);
    const there = this.#list.children[place];
    if (there !== card.element) this.#list.insertBefore(card.element, there ?? null);
  }

  #drop(keep: ReadonlySet<string>): void {
    for (const [id, card] of this.#cards) {
      if (keep.has(id) || card.isEditing) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
  }
}
