import { element, setAttribute, setText } from "./element.ts";
import type { Note } from "../notes/note.ts";
import type { Point } from "../meaning/map-frame.ts";
import { nearestInDirection } from "../meaning/map-neighbours.ts";
import { replicaName } from "../words/replica-name.ts";

/** Marks that can be pointed at and focused; beyond this the newest notes have them. */
export const MAX_MARKS = 300;
/** As much of a note as stands beside its mark. */
const LABEL_LENGTH = 22;

export interface Mark {
  readonly note: Note;
  readonly at: Point;
  /** Where its label fits; `undefined`: nowhere. */
  readonly label: "right" | "left" | undefined;
  /** How well it answers the search, 0 to 1; `undefined` without a search. */
  readonly match: number | undefined;
}

export function labelOf(note: Note): string {
  const line = note.text.replace(/\s+/gu, " ");
  return line.length > LABEL_LENGTH ? `${line.slice(0, LABEL_LENGTH - 1).trimEnd()}…` : line;
}

/**
 * The notes on the map, each a button: pointing at one or focusing it shows its text, pressing it goes to the note. Together they
 * are one tab stop; the arrow keys go to the nearest note that way.
 */
export class NoteMarks {
  readonly element = element("div", {
    class: "note-marks",
    role: "group",
    "aria-label": "Notes on the map",
    "data-testid": "map-notes",
  });
  readonly #tooltip = element("div", {
    class: "map-tooltip",
    role: "tooltip",
    id: "map-tooltip",
    "data-testid": "map-tooltip",
    hidden: true,
  });
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #open: (note: Note) => void;
  #marks: readonly Mark[] = [];
  #current: string | undefined;

  constructor(open: (note: Note) => void) {
    this.#open = open;
    this.element.append(this.#tooltip);
    this.element.addEventListener("keydown", (event) => this.#move(event));
  }

  update(marks: readonly Mark[]): void {
    this.#marks = marks;
    const present = new Set(marks.map(({ note }) => note.id));
    for (const [id, button] of this.#buttons) {
      if (present.has(id)) continue;
      if (this.#tooltip.dataset.noteId === id) this.#tooltip.hidden = true;
      button.remove();
      this.#buttons.delete(id);
    }
    if (this.#current === undefined || !present.has(this.#current)) this.#current = marks[0]?.note.id;
    for (const mark of marks) this.#show(mark);
  }

  #show({ note, at, label, match }: Mark): void {
    const button = this.#buttons.get(note.id) ?? this.#add(note.id);
    const conflict = note.others.length > 0;
    button.style.setProperty("--hue", String(replicaName(note.author).hue));
    button.style.setProperty("--match", String(match ?? 1));
    button.style.transform = `translate(${at.x.toFixed(1)}px, ${at.y.toFixed(1)}px)`;
    button.tabIndex = note.id === this.#current ? 0 : -1;
    setAttribute(button, "data-conflict", conflict);
    setAttribute(button, "data-label", label);
    setAttribute(button, "data-searching", match !== undefined);
    setAttribute(button, "aria-label", conflict ? `${note.text} (in conflict)` : note.text);
    setText(button.querySelector(".mark-label")!, label === undefined ? "" : labelOf(note));
  }

  #add(id: string): HTMLButtonElement {
    const button = element(
      "button",
      {
        class: "note-mark",
        type: "button",
        "aria-describedby": "map-tooltip",
        "data-testid": "map-note",
        "data-note-id": id,
        on: {
          mouseenter: () => this.#explain(id),
          mouseleave: () => this.#hideTooltip(),
          focus: () => this.#focused(id),
          blur: () => this.#hideTooltip(),
          click: () => {
            const note = this.#find(id)?.note;
            if (note !== undefined) this.#open(note);
          },
        },
      },
      element("span", { class: "mark-dot" }),
      element("span", { class: "mark-label", "aria-hidden": "true" }),
    );
    this.#buttons.set(id, button);
    this.element.append(button);
    return button;
  }

  #find(id: string): Mark | undefined {
    return this.#marks.find(({ note }) => note.id === id);
  }

  #focused(id: string): void {
    this.#current = id;
    for (const [other, button] of this.#buttons) button.tabIndex = other === id ? 0 : -1;
    this.#explain(id);
  }

  #explain(id: string): void {
    const mark = this.#find(id);
    if (mark === undefined) return;
    const { note, at } = mark;
    const author = replicaName(note.author).name;
    const fact = note.others.length > 0 ? `${note.others.length + 1} versions in conflict` : author;
    this.#tooltip.replaceChildren(element("p", {}, note.text), element("p", { class: "hint" }, fact));
    this.#tooltip.dataset.noteId = id;
    this.#tooltip.hidden = false;
    const { clientWidth, clientHeight } = this.element;
    const left = Math.min(Math.max(0, at.x - this.#tooltip.offsetWidth / 2), clientWidth - this.#tooltip.offsetWidth);
    const below = at.y < clientHeight / 2;
    this.#tooltip.style.transform = `translate(${left}px, ${below ? at.y + 14 : at.y - 14 - this.#tooltip.offsetHeight}px)`;
  }

  #hideTooltip(): void {
    this.#tooltip.hidden = true;
  }

  #move(event: KeyboardEvent): void {
    const current = this.#current === undefined ? undefined : this.#find(this.#current);
    if (current === undefined || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const others = this.#marks.filter((mark) => mark !== current);
    const next = nearestInDirection(
      current.at,
      others.map(({ at }) => at),
      event.key,
    );
    if (next !== undefined) this.#buttons.get(others[next]!.note.id)?.focus();
  }
}
