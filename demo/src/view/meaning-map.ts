import { type Axes, principalAxes } from "../meaning/principal-axes.ts";
import { element, setAttribute, setText } from "./element.ts";
import { frameAround, type Point, type Size } from "../meaning/map-frame.ts";
import { labelOf, type Mark, MAX_MARKS, NoteMarks } from "./note-marks.ts";
import { DIMENSIONS } from "../meaning/vocabulary.ts";
import type { Note } from "../notes/note.ts";
import type { NoteCollection } from "../notes/note-collection.ts";
import { mapCaption } from "./map-caption.ts";
import { onThemeChange } from "./map-colours.ts";
import { perFrame } from "./per-frame.ts";
import { LabelPlacer } from "../meaning/labels.ts";
import { WordLayer } from "./word-layer.ts";

/** Fewer notes than this span no plane: then the words do, if any are loaded. */
const NOTES_OF_A_PLANE = 3;
/** Between two drawings: with thousands of words each takes some milliseconds, and while words load one would follow the other. */
const REST_MS = 120;
/** Pixels: a mark's radius with its rim, and from its centre to its label. */
const MARK_RADIUS = 8;
const MARK_LABEL_OFFSET = 11;
/** Notes' labels are set a little larger and heavier than the words' that are measured. */
const LABEL_SAFETY = 1.1;
/** The newest notes are named; more names than this fit no map. */
const MAX_NOTE_LABELS = 60;

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
    this.#draw = perFrame(() => this.#drawNow(), REST_MS);
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
    setText(this.#caption, mapCaption(notes, words.count));
    setAttribute(this.#empty, "hidden", notes.length > 0 || words.count > 0);
    const scatter = notes.length < NOTES_OF_A_PLANE && words.count > 0 ? words.scatter : this.#collection.scatter;
    const axes = principalAxes(scatter.covariance(), DIMENSIONS);
    const origin = scatter.mean();
    const places = notes.map((note) => project(note.vector, origin, axes));
    const points = words.project(axes, origin);
    const frame = frameAround(places, points, size);
    this.#words.begin(size);
    const labels = new LabelPlacer(size, (text) => this.#words.widthOf(text) * LABEL_SAFETY);
    const pixels = places.map((place) => frame.toPixels(place));
    this.#marks.update(this.#mark(notes, pixels, labels));
    this.#words.draw({ names: words.words, points, matches: this.#matches?.words ?? [] }, frame, labels);
    this.#stage.dataset.words = String(words.count);
    this.#stage.dataset.notes = String(notes.length);
  }

  #mark(notes: readonly Note[], pixels: readonly Point[], labels: LabelPlacer): Mark[] {
    for (const at of pixels) labels.avoid(at, MARK_RADIUS);
    return notes.map((note, i) => {
      const at = pixels[i]!;
      const label =
        i < MAX_NOTE_LABELS ? labels.place({ text: labelOf(note), mark: at, offset: MARK_LABEL_OFFSET }) : undefined;
      const match = this.#matches === undefined ? undefined : Math.max(0, this.#matches.notes.get(note.id) ?? 0);
      return { note, at, label: label?.side, match };
    });
  }
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
