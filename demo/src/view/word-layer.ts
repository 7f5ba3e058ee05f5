import { type Label, placeLabels } from "../meaning/labels.ts";
import type { MapFrame, Point, Size } from "../meaning/map-frame.ts";
import { element } from "./element.ts";
import { mapColours } from "./map-colours.ts";

const FONT = "11px ui-sans-serif, system-ui, sans-serif";
const DOT = 1.6;
const MATCH_DOT = 3;
/** Words that are named on the map: more would hide the dots. */
const MAX_LABELS = 28;
/** Words are tried for a label in the order of their frequency; looking through all of them would take longer than a frame. */
const TRIED_LABELS = 600;
/** Pixels between a dot and its label. */
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

  /** @param reserved labels of notes, which come first. */
  draw(words: Words, frame: MapFrame, size: Size, reserved: readonly Label[]): void {
    const context = this.#prepare(size);
    if (context === null) return;
    const colours = mapColours(this.element);
    const at = (place: number): Point =>
      frame.toPixels({ x: words.points[2 * place]!, y: words.points[2 * place + 1]! });
    context.fillStyle = colours.word;
    for (let place = 0; place < words.names.length; place++) dot(context, at(place), DOT);
    const matched = words.matches.map((word) => words.names.indexOf(word)).filter((place) => place >= 0);
    context.fillStyle = colours.match;
    for (const place of matched) dot(context, at(place), MATCH_DOT);
    context.font = FONT;
    context.textBaseline = "middle";
    const matchNames = new Set(words.matches);
    for (const { text, at: position } of this.#labels(context, words, matched, at, size, reserved)) {
      context.fillStyle = matchNames.has(text) ? colours.match : colours.label;
      context.fillText(text, position.x, position.y);
    }
  }

  #labels(
    context: CanvasRenderingContext2D,
    words: Words,
    matched: readonly number[],
    at: (place: number) => Point,
    size: Size,
    reserved: readonly Label[],
  ): Label[] {
    const tried = Array.from({ length: Math.min(TRIED_LABELS, words.names.length) }, (_, place) => place);
    const wanted = [...matched, ...tried].map((place) => {
      const { x, y } = at(place);
      return { text: words.names[place]!, at: { x: x + LABEL_OFFSET, y } };
    });
    const limit = MAX_LABELS + reserved.length;
    const placed = placeLabels([...reserved, ...wanted], size, limit, (text) => context.measureText(text).width);
    const own = new Set<Label>(reserved);
    return placed.filter((label) => !own.has(label));
  }

  #prepare({ width, height }: Size): CanvasRenderingContext2D | null {
    const ratio = window.devicePixelRatio;
    this.element.width = Math.round(width * ratio);
    this.element.height = Math.round(height * ratio);
    const context = this.element.getContext("2d");
    context?.scale(ratio, ratio);
    return context;
  }
}

function dot(context: CanvasRenderingContext2D, { x, y }: Point, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
