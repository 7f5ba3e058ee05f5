import type { Axes } from "./principal-axes.ts";
import { normalise } from "./unit-vector.ts";
import { Scatter } from "./scatter.ts";

/** Room for this many words at first; doubled when it is full. */
const INITIAL_CAPACITY = 1024;

/** The loaded words' vectors, side by side in one array, so that thousands are projected within a millisecond or two. */
export class WordCloud {
  readonly scatter: Scatter;
  readonly #dimensions: number;
  readonly #ids: string[] = [];
  readonly #words: string[] = [];
  readonly #places = new Map<string, number>();
  #vectors: Float32Array;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
    this.scatter = new Scatter(dimensions);
    this.#vectors = new Float32Array(INITIAL_CAPACITY * dimensions);
  }

  get count(): number {
    return this.#ids.length;
  }

  get words(): readonly string[] {
    return this.#words;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  put(id: string, word: string, vector: Float32Array): void {
    const unit = normalise(vector.slice());
    const known = this.#places.get(id);
    if (known !== undefined) this.scatter.remove(this.#vectorAt(known));
    const place = known ?? this.#append(id);
    this.#words[place] = word;
    this.scatter.add(unit);
    this.#vectors.set(unit, place * this.#dimensions);
  }

  /** The last word takes the place of the removed one. */
  remove(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    const last = this.#ids.length - 1;
    this.scatter.remove(this.#vectorAt(place));
    this.#vectors.copyWithin(place * this.#dimensions, last * this.#dimensions, (last + 1) * this.#dimensions);
    this.#ids[place] = this.#ids[last]!;
    this.#words[place] = this.#words[last]!;
    this.#places.set(this.#ids[place], place);
    this.#places.delete(id);
    this.#ids.pop();
    this.#words.pop();
  }

  /** Where each word lies: x and y in turn, from `origin` along the axes. */
  project(axes: Axes, origin: Float64Array): Float32Array {
    const d = this.#dimensions;
    const points = new Float32Array(2 * this.count);
    let originX = 0;
    let originY = 0;
    for (let i = 0; i < d; i++) {
      originX += origin[i]! * axes.x[i]!;
      originY += origin[i]! * axes.y[i]!;
    }
    for (let place = 0; place < this.count; place++) {
      let x = -originX;
      let y = -originY;
      for (let i = 0; i < d; i++) {
        const component = this.#vectors[place * d + i]!;
        x += component * axes.x[i]!;
        y += component * axes.y[i]!;
      }
      points[2 * place] = x;
      points[2 * place + 1] = y;
    }
    return points;
  }

  #vectorAt(place: number): Float32Array {
    return this.#vectors.subarray(place * this.#dimensions, (place + 1) * this.#dimensions);
  }

  #append(id: string): number {
    const place = this.#ids.length;
    if ((place + 1) * this.#dimensions > this.#vectors.length) {
      const larger = new Float32Array(2 * this.#vectors.length);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#ids.push(id);
    this.#places.set(id, place);
    return place;
  }
}
