/** Of others' updates that were said: beyond this they are stored here at once. */
const MAX_UNSTORED_BYTES: number = 1024 * 1024;
/** Until what was said and has not been seen stored is stored here: several times what its writer takes to. */
export const ADOPT_AFTER_MS: number = 5 * 1000;

interface Said {
  readonly at: number;
  readonly update: Uint8Array;
}

/**
 * What others have said that they changed and that this replica has not seen stored. It shows in the document, and whatever is changed next builds
 * on it: if its writer crashes before it has stored it, somebody else has to.
 */
export class UnstoredUpdates {
  /** By writer, by the update's number. */
  readonly #said = new Map<string, Map<number, Said>>();
  #bytes = 0;

  add(writer: string, number: number, update: Uint8Array, nowMs: number): void {
    const ofWriter = this.#said.get(writer) ?? new Map<number, Said>();
    if (ofWriter.has(number)) return;
    this.#said.set(writer, ofWriter.set(number, { at: nowMs, update }));
    this.#bytes += update.length;
  }

  /** All of that writer's up to this one are stored. */
  stored(writer: string, upto: number): void {
    this.#drop(writer, (number) => number <= upto);
  }

  /** Takes out what nobody has stored in time, or all where `all` says so or it has become too much. */
  overdue(nowMs: number, all: boolean): Uint8Array[] {
    const isAll = all || this.#bytes > MAX_UNSTORED_BYTES;
    return [...this.#said.keys()].flatMap((writer) =>
      this.#drop(writer, (_number, { at }) => isAll || nowMs >= at + ADOPT_AFTER_MS),
    );
  }

  get isEmpty(): boolean {
    return this.#said.size === 0;
  }

  #drop(writer: string, isDone: (number: number, said: Said) => boolean): Uint8Array[] {
    const dropped: Uint8Array[] = [];
    const ofWriter = this.#said.get(writer);
    for (const [number, said] of ofWriter ?? []) {
      if (!isDone(number, said)) continue;
      ofWriter?.delete(number);
      this.#bytes -= said.update.length;
      dropped.push(said.update);
    }
    if (ofWriter?.size === 0) this.#said.delete(writer);
    return dropped;
  }
}
