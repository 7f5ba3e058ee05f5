import { element, setAttribute, setText } from "./element.ts";
import { ago, counted } from "../words/quantities.ts";
import { avatar } from "./avatar.ts";
import { createNoteEditor } from "./note-editor.ts";
import { icon, type IconName } from "./icon.ts";
import type { Note } from "../notes/note.ts";
import { OnlookerAvatars } from "./onlooker-avatars.ts";
import type { PageEditor } from "./page-editor.ts";
import { replicaName } from "../words/replica-name.ts";

export interface NoteActions {
  readonly edit: (id: string, text: string) => void;
  /** An editor has closed. */
  readonly edited: () => void;
  readonly remove: (id: string) => void;
  /** Asks the others again whether they have the note. */
  readonly retry: (id: string) => void;
  /** Opens the page that all write on; it asks to be closed by `leave`. */
  readonly openPage: (note: Note, leave: () => void) => PageEditor;
  /** Shows a note's concurrent versions. */
  readonly openConflict: (id: string) => void;
}

/** What this tab knows about a note beside the note itself. */
export interface NoteState {
  readonly write: "saved" | "saving" | "unconfirmed";
  /** Likeness to what is searched for, at most 1; `undefined` without a search. */
  readonly score: number | undefined;
  readonly nowMs: number;
  readonly pageWords: number;
  /** The node ids of others that look at it. */
  readonly onlookers: readonly string[];
}

/** One note in the list. */
export class NoteCard {
  readonly element: HTMLElement;
  readonly #actions: NoteActions;
  readonly #text = element("p", { class: "note-text", "data-testid": "note-text" });
  readonly #author = element("span", { class: "note-author" });
  readonly #time = element("time", { class: "note-time" });
  readonly #meter = element("div", { class: "likeness", role: "img", "data-testid": "note-likeness" });
  readonly #saving = element("span", { class: "badge" }, "Saving…");
  readonly #unconfirmed: HTMLElement;
  readonly #conflict: HTMLButtonElement;
  readonly #page: HTMLButtonElement;
  readonly #onlookers = new OnlookerAvatars();
  readonly #buttons: HTMLElement;
  readonly #content: HTMLElement;
  #note: Note;
  #editing = false;
  #openPage: PageEditor | undefined;

  constructor(note: Note, actions: NoteActions) {
    this.#note = note;
    this.#actions = actions;
    this.#conflict = element("button", {
      class: "badge conflict",
      type: "button",
      "data-testid": "note-conflict",
      on: { click: () => actions.openConflict(note.id) },
    });
    this.#page = element("button", {
      class: "badge page-toggle",
      type: "button",
      "aria-expanded": "false",
      "data-testid": "note-page",
      on: { click: () => (this.#openPage === undefined ? this.#open() : this.closePage()) },
    });
    this.#unconfirmed = element(
      "div",
      { class: "unconfirmed", "data-testid": "note-unconfirmed" },
      element("span", {}, "Saved here, not yet confirmed by others"),
      element(
        "button",
        { class: "link", type: "button", "data-testid": "note-retry", on: { click: () => actions.retry(note.id) } },
        "Retry",
      ),
    );
    this.#buttons = element(
      "div",
      { class: "note-buttons" },
      this.#button("edit", "Edit note", "note-edit", () => this.#edit()),
      this.#button("remove", "Delete note", "note-delete", () => actions.remove(note.id)),
    );
    const facts = element(
      "div",
      { class: "note-facts" },
      avatar(note.author),
      this.#author,
      this.#time,
      this.#saving,
      this.#conflict,
      this.#page,
      this.#onlookers.element,
      this.#buttons,
    );
    this.#content = element("div", { class: "note-content" }, this.#text, facts, this.#unconfirmed);
    this.element = element(
      "li",
      { class: "note", "data-testid": "note", "data-note-id": note.id },
      this.#meter,
      this.#content,
    );
  }

  update(note: Note, { write, score, nowMs, pageWords, onlookers }: NoteState): void {
    if (note.author !== this.#note.author) this.#content.querySelector(".avatar")?.replaceWith(avatar(note.author));
    this.#note = note;
    setText(this.#text, note.text);
    setText(this.#author, replicaName(note.author).name);
    setText(this.#time, ago(note.writtenAt, nowMs));
    setAttribute(this.#time, "datetime", dateTime(note.writtenAt));
    setAttribute(this.#meter, "hidden", score === undefined);
    this.#meter.style.setProperty("--likeness", String(Math.max(0, score ?? 0)));
    setAttribute(this.#meter, "aria-label", score === undefined ? undefined : `Likeness ${score.toFixed(2)}`);
    this.element.dataset.state = write;
    setAttribute(this.element, "data-score", score?.toFixed(4));
    setAttribute(this.element, "data-conflict", note.others.length > 0);
    setAttribute(this.#saving, "hidden", write !== "saving");
    setAttribute(this.#unconfirmed, "hidden", write !== "unconfirmed");
    setAttribute(this.#conflict, "hidden", note.others.length === 0);
    setText(this.#page, pageWords === 0 ? "Write together" : `Page · ${counted(pageWords, "word")}`);
    setAttribute(this.#page, "data-written", pageWords > 0);
    this.#onlookers.update(onlookers);
    setText(this.#conflict, `${note.others.length + 1} versions · Resolve`);
  }

  /** Whether somebody is typing here: the card stays while that lasts, even if the note is deleted elsewhere. */
  get isEditing(): boolean {
    return this.#editing || this.#openPage !== undefined;
  }

  closePage(): void {
    this.#openPage?.close();
    this.#openPage?.element.remove();
    this.#openPage = undefined;
    this.#page.setAttribute("aria-expanded", "false");
  }

  /** Brings the note into view, with the focus, and marks it for a moment. */
  reveal(): void {
    this.element.scrollIntoView({ block: "center", behavior: "smooth" });
    this.element.classList.remove("found");
    void this.element.offsetWidth;
    this.element.classList.add("found");
    this.#buttons.querySelector("button")?.focus({ preventScroll: true });
  }

  #button(name: IconName, label: string, testId: string, act: () => void): HTMLElement {
    return element(
      "button",
      {
        class: "button quiet icon-only",
        type: "button",
        "aria-label": label,
        title: label,
        "data-testid": testId,
        on: { click: act },
      },
      icon(name),
    );
  }

  #open(): void {
    this.#openPage = this.#actions.openPage(this.#note, () => {
      this.closePage();
      this.#page.focus();
    });
    this.element.append(this.#openPage.element);
    this.#page.setAttribute("aria-expanded", "true");
  }

  #edit(): void {
    const close = (): void => {
      editor.replaceWith(this.#content);
      this.#editing = false;
      this.#buttons.querySelector("button")?.focus();
      this.#actions.edited();
    };
    const editor = createNoteEditor(this.#note.text, {
      cancel: close,
      save: (text) => {
        close();
        this.#actions.edit(this.#note.id, text);
      },
    });
    this.#editing = true;
    this.#content.replaceWith(editor);
    editor.querySelector("textarea")?.focus();
  }
}

/** `datetime` wants a real date; a note's stamp is what its writer said. */
function dateTime(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
