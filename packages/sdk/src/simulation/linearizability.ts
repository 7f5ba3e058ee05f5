/** One operation on one register, as its caller saw it. */
export interface RegisterOperation {
  readonly kind: "read" | "write";
  /** What was written or read; `undefined` is no value, which a register has at first and a delete writes. */
  readonly value: string | undefined;
  readonly invokedAt: number;
  /** Infinity: a write whose outcome is unknown. It may have taken effect at any time since, or never. Reads have returned. */
  readonly returnedAt: number;
}

/** Why a history is not linearizable, for people. */
export interface Impossible<O extends RegisterOperation> {
  /** The longest beginning of an order that explains the history. */
  readonly longest: readonly O[];
  /** What that order could not go on past. */
  readonly stuckAt: O;
}

/** States that a search remembers before it is given up: less than a second. A history with much that is concurrent has more than memory. */
const MAX_STATES = 50_000;

/** A call or a return, in a doubly linked list by time. */
interface Entry {
  readonly at: number;
  readonly operation: number;
  readonly call: boolean;
  previous: Entry;
  next: Entry;
}

interface Step {
  readonly operation: number;
  /** A write of unknown outcome that took effect just before, or none. */
  readonly unknown: number | undefined;
  readonly stateBefore: string | undefined;
}

/**
 * Whether some order of the operations, each between its call and its return, explains what they returned: Wing and Gong's search over the
 * calls that nothing has returned before, with Lowe's memory of (operations done, value) so that no state is searched twice, as in
 * Porcupine. Exponential in what is concurrent, not in the length; histories are cut by id and lineage before.
 *
 * A write of unknown outcome is tried only just before a read that needs its value: wherever else it might have taken effect, moving it
 * there explains the same reads.
 * @returns what is impossible, `undefined` for an order that explains all, or `undecided` after too many states.
 */
export function findImpossible<O extends RegisterOperation>(
  history: readonly O[],
  maxStates: number = MAX_STATES,
): Impossible<O> | "undecided" | undefined {
  return new Search(history, maxStates).run();
}

/** The first half of the reads, and the writes that they can have seen: possible if the whole is, and searched sooner. */
export function earlierHalf<O extends RegisterOperation>(history: readonly O[]): readonly O[] {
  const reads = history.filter(({ kind }) => kind === "read").sort((a, b) => a.returnedAt - b.returnedAt);
  const kept = new Set(reads.slice(0, Math.floor(reads.length / 2)));
  const end = Math.max(...Array.from(kept, ({ returnedAt }) => returnedAt));
  return history.filter(
    (operation) => kept.has(operation) || (operation.kind === "write" && operation.invokedAt <= end),
  );
}

class Search<O extends RegisterOperation> {
  readonly #history: readonly O[];
  readonly #maxStates: number;
  readonly #head: Entry;
  readonly #callOf = new Map<number, Entry>();
  readonly #returnOf = new Map<number, Entry>();
  /** Writes of unknown outcome, the earliest first. */
  readonly #unknown: readonly number[];
  readonly #done: Uint32Array;
  readonly #visited = new Set<string>();
  readonly #steps: Step[] = [];
  #state: string | undefined;
  #longest: readonly Step[] = [];
  #stuckAt: number | undefined;

  constructor(history: readonly O[], maxStates: number) {
    this.#history = history;
    this.#maxStates = maxStates;
    const indices = [...history.keys()];
    this.#unknown = indices
      .filter((i) => history[i]!.returnedAt === Number.POSITIVE_INFINITY)
      .sort((a, b) => history[a]!.invokedAt - history[b]!.invokedAt);
    this.#done = new Uint32Array(Math.ceil(history.length / 32));
    const unknown = new Set(this.#unknown);
    const entries = indices
      .filter((i) => !unknown.has(i))
      .flatMap((operation) => [
        { at: history[operation]!.invokedAt, operation, call: true },
        { at: history[operation]!.returnedAt, operation, call: false },
      ])
      // What is called when another returns is concurrent with it.
      .sort((a, b) => a.at - b.at || Number(b.call) - Number(a.call));
    this.#head = { at: 0, operation: -1, call: false } as Entry;
    this.#head.previous = this.#head.next = this.#head;
    for (const fields of entries) {
      const entry: Entry = { ...fields, previous: this.#head.previous, next: this.#head };
      entry.previous.next = this.#head.previous = entry;
      (entry.call ? this.#callOf : this.#returnOf).set(entry.operation, entry);
    }
  }

  run(): Impossible<O> | "undecided" | undefined {
    let entry = this.#head.next;
    while (this.#head.next !== this.#head) {
      if (this.#visited.size > this.#maxStates) return "undecided";
      if (entry.call) {
        entry = this.#tryNext(entry) ? this.#head.next : entry.next;
        continue;
      }
      if (this.#stuckAt === undefined || this.#steps.length > this.#longest.length) {
        this.#longest = [...this.#steps];
        this.#stuckAt = entry.operation;
      }
      const back = this.#takeBack();
      if (back === undefined) return this.#impossible();
      entry = back.next;
    }
    return undefined;
  }

  /** Lets the operation take effect now, if that explains it and leads to where the search has not been. */
  #tryNext(call: Entry): boolean {
    const { kind, value } = this.#history[call.operation]!;
    let unknown: number | undefined;
    if (kind === "read" && value !== this.#state) {
      unknown = this.#unknownWriting(value, call);
      if (unknown === undefined) return false;
    }
    this.#flip(call.operation, unknown);
    const key = `${this.#done.join()} ${value}`;
    if (this.#visited.has(key)) {
      this.#flip(call.operation, unknown);
      return false;
    }
    this.#visited.add(key);
    this.#steps.push({ operation: call.operation, unknown, stateBefore: this.#state });
    this.#state = value;
    unlink(call);
    unlink(this.#returnOf.get(call.operation)!);
    return true;
  }

  #takeBack(): Entry | undefined {
    const step = this.#steps.pop();
    if (step === undefined) return undefined;
    this.#state = step.stateBefore;
    this.#flip(step.operation, step.unknown);
    const call = this.#callOf.get(step.operation)!;
    link(this.#returnOf.get(step.operation)!);
    link(call);
    return call;
  }

  /** Of those that may take effect now, any will do: they can later, too. */
  #unknownWriting(value: string | undefined, call: Entry): number | undefined {
    let firstReturn = call;
    while (firstReturn.call) firstReturn = firstReturn.next;
    return this.#unknown.find(
      (i) =>
        this.#history[i]!.value === value &&
        this.#history[i]!.invokedAt <= firstReturn.at &&
        (this.#done[i >>> 5]! & (1 << (i & 31))) === 0,
    );
  }

  #flip(...operations: readonly (number | undefined)[]): void {
    for (const i of operations) if (i !== undefined) this.#done[i >>> 5]! ^= 1 << (i & 31);
  }

  #impossible(): Impossible<O> {
    return {
      longest: this.#longest
        .flatMap(({ operation, unknown }) => (unknown === undefined ? [operation] : [unknown, operation]))
        .map((i) => this.#history[i]!),
      stuckAt: this.#history[this.#stuckAt!]!,
    };
  }
}

function unlink(entry: Entry): void {
  entry.previous.next = entry.next;
  entry.next.previous = entry.previous;
}

/** In the opposite order of unlinking, each finds its old neighbours. */
function link(entry: Entry): void {
  entry.previous.next = entry;
  entry.next.previous = entry;
}
