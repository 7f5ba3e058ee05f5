import * as Y from "yjs";
import {
  type Cut,
  decodeState,
  type DocumentState,
  FIRST_GENERATION,
  type Generation,
  isSameGeneration,
  MAX_CUTS,
} from "./document-state.ts";
import { mergeStates } from "./merged-document.ts";
import { newDocument } from "./new-document.ts";
import { renamed } from "./renaming.ts";
import { Renewal } from "./renewal.ts";
import { sameDot } from "../../../core/dot.ts";

interface Step {
  readonly cut: Cut;
  readonly renewal: Renewal;
}

/**
 * An open document stays in the generation that it was opened in: editors are bound to its names. Its entry goes on, and this renames what comes
 * and what goes. It has seen the cut of every generation that follows: this replica's store counts for them (C11).
 */
export class OpenedGeneration {
  readonly #document: Y.Doc;
  readonly #steps: Step[] = [];
  #at: Generation = FIRST_GENERATION;
  #isOpened = false;

  constructor(document: Y.Doc) {
    this.#document = document;
  }

  /**
   * Brings the siblings' states into the document, if any. Returns whether that was possible: not after generations that this replica
   * did not count for.
   */
  follow(states: readonly Uint8Array[], origin: symbol): boolean {
    if (states.length === 0) return true;
    const decoded = states.map(decodeState);
    // The generation that it has come to is one of those that are merged: what is behind it is renamed as others' is.
    const merged = mergeStates(this.#isOpened ? [...decoded, this.#alone()] : decoded);
    try {
      const step = this.#isOpened ? this.#stepTo(merged) : undefined;
      if (step === "lost") return false;
      if (step !== undefined) {
        // Of what others have put into it, it may have read nothing yet.
        if (this.#steps.length === 0) Y.applyUpdateV2(this.#document, step.cut.state, origin);
        this.#steps.push(step);
      }
      this.#isOpened = true;
      const { generation, renewedBy, folded } = merged;
      this.#at = { generation, renewedBy, folded, cuts: this.#cutsWith(merged) };
      Y.applyUpdateV2(this.#document, this.#backward(merged.document), origin);
      return true;
    } finally {
      merged.document.destroy();
    }
  }

  /** What has been written, for certain, may be followed by what it led to before it has been read again. */
  noteWritten(state: Uint8Array): void {
    const { renewedBy, cuts } = decodeState(state);
    if (isSameGeneration(renewedBy, this.#at.renewedBy))
      this.#at = { ...this.#at, cuts: this.#cutsWith({ renewedBy, cuts }) };
  }

  /** The document as its entry's generation has it. */
  state(): DocumentState {
    let update = Y.encodeStateAsUpdateV2(this.#document);
    for (const { renewal } of this.#steps)
      update = withUpdates([update], (document) =>
        withUpdates([renewal.update, renamed(document, renewal.forward)], Y.encodeStateAsUpdateV2),
      );
    return { ...this.#at, update };
  }

  /** Its generation, with nothing in it. */
  #alone(): DocumentState {
    return { ...this.#at, update: EMPTY };
  }

  #stepTo(merged: Generation): Step | "lost" | undefined {
    if (isSameGeneration(merged.renewedBy, this.#at.renewedBy)) return undefined;
    const cut = this.#at.cuts.find(({ by }) => isSameGeneration(by, merged.renewedBy));
    if (cut !== undefined) return { cut, renewal: new Renewal(cut) };
    // Another document of no later one, under an id that was deleted and written anew, has none of its names.
    return merged.generation > this.#at.generation ? "lost" : undefined;
  }

  #cutsWith({ renewedBy, cuts }: Pick<Generation, "renewedBy" | "cuts">): readonly Cut[] {
    if (!isSameGeneration(renewedBy, this.#at.renewedBy)) return cuts;
    const known = this.#at.cuts.filter(({ by }) => !cuts.some((cut) => sameDot(cut.by, by)));
    return [...cuts, ...known].slice(0, MAX_CUTS);
  }

  #backward(latest: Y.Doc): Uint8Array {
    let update = Y.encodeStateAsUpdateV2(latest);
    let before: Uint8Array[] = [];
    for (const { cut, renewal } of [...this.#steps].reverse()) {
      update = withUpdates([...before, update], (document) => renamed(document, renewal.backward));
      before = [cut.state];
    }
    return update;
  }
}

const EMPTY: Uint8Array = Y.encodeStateAsUpdateV2(new Y.Doc());

function withUpdates<T>(updates: readonly Uint8Array[], use: (document: Y.Doc) => T): T {
  const document = newDocument();
  for (const update of updates) Y.applyUpdateV2(document, update);
  const result = use(document);
  document.destroy();
  return result;
}
