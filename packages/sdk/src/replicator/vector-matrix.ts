/** Rows that a matrix begins with; it doubles from there. */
const INITIAL_ROWS = 64;

/** Vectors of one length in one block of memory, by id, with their norms: what a linear scan runs over at memory speed. */
export class VectorMatrix {
  readonly dimensions: number;
  readonly ids: string[] = [];
  #components: Float32Array;
  #norms: Float64Array;
  readonly #rowOf = new Map<string, number>();

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#components = new Float32Array(INITIAL_ROWS * dimensions);
    this.#norms = new Float64Array(INITIAL_ROWS);
  }

  get size(): number {
    return this.ids.length;
  }

  set(id: string, vector: Float32Array): void {
    let row = this.#rowOf.get(id);
    if (row === undefined) {
      row = this.ids.length;
      this.ids.push(id);
      this.#rowOf.set(id, row);
      if (row === this.#norms.length) this.#grow();
    }
    this.#components.set(vector, row * this.dimensions);
    this.#norms[row] = norm(vector);
  }

  /** The last row takes the place of the one that goes. */
  delete(id: string): void {
    const row = this.#rowOf.get(id);
    if (row === undefined) return;
    const last = this.ids.length - 1;
    const moved = this.ids[last]!;
    this.#components.copyWithin(row * this.dimensions, last * this.dimensions, (last + 1) * this.dimensions);
    this.#norms[row] = this.#norms[last]!;
    this.ids[row] = moved;
    this.#rowOf.set(moved, row);
    this.ids.pop();
    this.#rowOf.delete(id);
  }

  dot(row: number, vector: Float32Array): number {
    const components = this.#components;
    let sum = 0;
    for (let i = 0, at = row * this.dimensions; i < vector.length; i++, at++) sum += components[at]! * vector[i]!;
    return sum;
  }

  norm(row: number): number {
    return this.#norms[row]!;
  }

  squaredDistance(row: number, vector: Float32Array): number {
    const components = this.#components;
    let sum = 0;
    for (let i = 0, at = row * this.dimensions; i < vector.length; i++, at++) {
      const difference = components[at]! - vector[i]!;
      sum += difference * difference;
    }
    return sum;
  }

  #grow(): void {
    const components = new Float32Array(this.#components.length * 2);
    components.set(this.#components);
    this.#components = components;
    const norms = new Float64Array(this.#norms.length * 2);
    norms.set(this.#norms);
    this.#norms = norms;
  }
}

export function norm(vector: Float32Array): number {
  let sum = 0;
  for (const component of vector) sum += component * component;
  return Math.sqrt(sum);
}
