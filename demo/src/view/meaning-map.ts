import { type Axes, principalAxes } from "../meaning/principal-axes.ts";
import { element, setAttribute } from "./element.ts";
import { frameAround, type Point, type Size } from "../meaning/map-frame.ts";
import { labelOf, type Mark, MAX_MARKS, NoteMarks } from "./note-marks.ts";
import { count, counted } from "../words/quantities.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import type { Note } from "../notes/note.ts";
import type { NoteCollection } from "../notes/note-collection.ts";
import { onThemeChange } from "./map-colours.ts";
import { perFrame } from "./per-frame.ts";
import { placeLabels } from "../meaning/labels.ts";
import { WordLayer } from "./word-layer.ts";

/** Fewer notes than this span no plane: then the words do, if any are loaded. */
const NOTES_OF_A_PLANE = 3;
/** Pixels from the centre of a mark to its label, and a label's size. */
const MARK_LABEL_OFFSET = 11;
const LABEL_PIXELS_PER_CHARACTER = 6.1;
const MAX_NOTE_LABELS = 40;

export interface MapMatches {
  /** Likeness by note id. */
  readonly notes: ReadonlyMap<string, number>;
  readonly words: readonly string[];
}

/** The notes in the plane in which they differ most, with the loaded words around them. */
export class MeaningMap {
  readonly element: HTMLElement;
  readonly #collection: NoteCollection;
  readonly #marks: NoteMarks;
  readonly #words = new WordLayer();
  readonly #stage: HTMLElement;
  readonly #caption = element("p", { class: "hint", "data-testid": "map-caption" });
  readonly #empty = element("p", { class: "map-empty" }, "Notes appear here, near others of like meaning.");
  readonly #draw: () => void;
  #axes: Axes | undefined;
  #matches: MapMatches | undefined;

  constructor(collection: NoteCollection, open: (note: Note) => void) {
    this.#collection = collection;
    this.#marks = new NoteMarks(open);
    this.#stage = element(
      "div",
      { class: "map-stage", "data-testid": "map" },
      this.#words.element,
      this.#marks.element,
      this.#empty,
    );
    this.element = element(
      "section",
      { class: "card map", "aria-labelledby": "map-heading" },
      element(
        "header",
        { class: "panel-header" },
        element("h2", { id: "map-heading" }, "Map of meanings"),
        this.#caption,
      ),
      this.#stage,
    );
    this.#draw = perFrame(() => this.#drawNow());
    new ResizeObserver(this.#draw).observe(this.#stage);
    onThemeChange(this.#draw);
  }

  /** Draws what the collection holds now. */
  update(): void {
    this.#draw();
  }

  /** Marks what a search found; `undefined` ends the search. */
  show(matches: MapMatches | undefined): void {
    this.#matches = matches;
    this.#draw();
  }

  #drawNow(): void {
    const size: Size = { width: this.#stage.clientWidth, height: this.#stage.clientHeight };
    const { words } = this.#collection;
    const notes = this.#collection.newestFirst().slice(0, MAX_MARKS);
    this.#caption.textContent = captionOf(notes, words.count);
    setAttribute(this.#empty, "hidden", notes.length > 0 || words.count > 0);
    const scatter = notes.length < NOTES_OF_A_PLANE && words.count > 0 ? words.scatter : this.#collection.scatter;
    this.#axes = principalAxes(scatter.covariance(), DIMENSIONS, this.#axes);
    const origin = scatter.mean();
    const places = notes.map((note) => project(note.vector, origin, this.#axes!));
    const points = words.project(this.#axes, origin);
    const frame = frameAround(places, points, size);
    const marks = this.#markAll(
      notes,
      places.map((place) => frame.toPixels(place)),
      size,
    );
    this.#marks.update(marks);
    const reserved = marks.filter(({ labelled }) => labelled).map(({ note, at }) => labelAt(note, at));
    this.#words.draw({ names: words.words, points, matches: this.#matches?.words ?? [] }, frame, size, reserved);
    this.#stage.dataset.words = String(words.count);
    this.#stage.dataset.notes = String(notes.length);
  }

  #markAll(notes: readonly Note[], places: readonly Point[], size: Size): Mark[] {
    const labels = notes.map((note, i) => labelAt(note, places[i]!));
    const placed = new Set(
      placeLabels(labels, size, MAX_NOTE_LABELS, (text) => LABEL_PIXELS_PER_CHARACTER * text.length),
    );
    return notes.map((note, i) => ({
      note,
      at: places[i]!,
      labelled: placed.has(labels[i]!),
      match: this.#matches === undefined ? undefined : Math.max(0, this.#matches.notes.get(note.id) ?? 0),
    }));
  }
}

function labelAt(note: Note, { x, y }: Point): { text: string; at: Point } {
  return { text: labelOf(note), at: { x: x + MARK_LABEL_OFFSET, y } };
}

function project(vector: Float32Array, origin: Float64Array, axes: Axes): Point {
  let x = 0;
  let y = 0;
  for (let i = 0; i < vector.length; i++) {
    const component = vector[i]! - origin[i]!;
    x += component * axes.x[i]!;
    y += component * axes.y[i]!;
  }
  return { x, y };
}

function captionOf(notes: readonly Note[], words: number): string {
  const conflicts = notes.filter((note) => note.others.length > 0).length;
  const parts = [counted(notes.length, "note")];
  if (conflicts > 0) parts.push(`${count(conflicts)} in conflict`);
  if (words > 0) parts.push(counted(words, "word"));
  return parts.join(" · ");
}
