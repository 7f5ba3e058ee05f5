/** Tells its subscribers of each value, in the order of subscription. */
export class Topic<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @returns what ends the subscription. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  publish(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
}
