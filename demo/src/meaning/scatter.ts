/**
 * How a set of vectors is spread: their number, sum and sum of outer products, kept as vectors come and go, so that the
 * covariance is at hand at any time without a pass over all of them.
 */
export class Scatter {
  readonly dimensions: number;
  #count = 0;
  readonly #sum: Float64Array;
  /** The upper triangle, row by row, in a full square. */
  readonly #products: Float64Array;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#sum = new Float64Array(dimensions);
    this.#products = new Float64Array(dimensions * dimensions);
  }

  get count(): number {
    return this.#count;
  }

  add(vector: Float32Array): void {
    this.#accumulate(vector, 1);
  }

  /** Takes out a vector that was added before. */
  remove(vector: Float32Array): void {
    this.#accumulate(vector, -1);
  }

  mean(): Float64Array {
    return this.#sum.map((sum) => (this.#count === 0 ? 0 : sum / this.#count));
  }

  /** The covariance, a full symmetric square, row by row. Zeros for fewer than two vectors. */
  covariance(): Float64Array {
    const d = this.dimensions;
    const covariance = new Float64Array(d * d);
    if (this.#count < 2) return covariance;
    const mean = this.mean();
    for (let row = 0; row < d; row++) {
      for (let column = row; column < d; column++) {
        const value = this.#products[row * d + column]! / this.#count - mean[row]! * mean[column]!;
        covariance[row * d + column] = value;
        covariance[column * d + row] = value;
      }
    }
    return covariance;
  }

  #accumulate(vector: Float32Array, sign: 1 | -1): void {
    const d = this.dimensions;
    this.#count += sign;
    for (let row = 0; row < d; row++) {
      const factor = sign * vector[row]!;
      this.#sum[row]! += factor;
      for (let column = row; column < d; column++) this.#products[row * d + column]! += factor * vector[column]!;
    }
  }
}
