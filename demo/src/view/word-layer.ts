import type { MapFrame, Point, Size } from "../meaning/map-frame.ts";
import { element } from "./element.ts";
import type { LabelPlacer } from "../meaning/labels.ts";
import { mapColours } from "./map-colours.ts";

const FONT_SIZE = "11px";
/** Half the side of a word's dot; a square of this size looks round and is drawn at a fraction of the cost. */
const DOT = 1.1;
const MATCH_DOT = 3;
/** A rim of the map's ground around each letter, so that it can be read over dots. */
const HALO = 3;
/** Words that are named on the map: more would hide the dots. */
const MAX_LABELS = 28;
/** Words are tried for a label in the order of their frequency; looking through all of them would take longer than a frame. */
const TRIED_LABELS = 600;
/** Pixels from a dot's centre to its label. */
const LABEL_OFFSET = 5;

export interface Words {
  readonly names: readonly string[];
  /** x and y in turn, in the plane of the axes. */
  readonly points: Float32Array;
  /** What is searched for found these, nearest first. */
  readonly matches: readonly string[];
}

/** The words' dots, drawn on a canvas: thousands of elements would be too many. */
export class WordLayer {
  readonly element = element("canvas", { class: "word-layer", "aria-hidden": "true", "data-testid": "word-layer" });
  readonly #context = this.element.getContext("2d")!;

  /** Clears the layer for a map of this size. */
  begin({ width, height }: Size): void {
    const ratio = window.devicePixelRatio;
    this.element.width = Math.round(width * ratio);
    this.element.height = Math.round(height * ratio);
    this.#context.scale(ratio, ratio);
    this.#context.font = `${FONT_SIZE} ${getComputedStyle(this.element).fontFamily}`;
    this.#context.textBaseline = "middle";
  }

  /** How wide a label is, in pixels. */
  widthOf(text: string): number {
    return this.#context.measureText(text).width;
  }

  /** @param labels knows what is on the map already. */
  draw(words: Words, frame: MapFrame, labels: LabelPlacer): void {
    const context = this.#context;
    const colours = mapColours(this.element);
    const at = (place: number): Point =>
      frame.toPixels({ x: words.points[2 * place]!, y: words.points[2 * place + 1]! });
    context.fillStyle = colours.word;
    for (let place = 0; place < words.names.length; place++) {
      const { x, y } = at(place);
      context.fillRect(x - DOT, y - DOT, 2 * DOT, 2 * DOT);
    }

    const matched = words.matches.map((word) => words.names.indexOf(word)).filter((place) => place >= 0);
    context.fillStyle = colours.match;
    for (const place of matched) dot(context, at(place), MATCH_DOT);

    context.strokeStyle = colours.ground;
    context.lineWidth = HALO;
    context.lineJoin = "round";
    const isMatch = new Set(matched);
    const frequent = Array.from({ length: Math.min(TRIED_LABELS, words.names.length) }, (_, place) => place);
    let shown = 0;
    for (const place of [...matched, ...frequent.filter((other) => !isMatch.has(other))]) {
      if (shown >= MAX_LABELS) break;
      const text = words.names[place]!;
      const placed = labels.place({ text, mark: at(place), offset: LABEL_OFFSET });
      if (placed === undefined) continue;
      context.strokeText(text, placed.x, placed.y);
      context.fillStyle = isMatch.has(place) ? colours.match : colours.label;
      context.fillText(text, placed.x, placed.y);
      shown++;
    }
  }
}

function dot(context: CanvasRenderingContext2D, { x, y }: Point, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
