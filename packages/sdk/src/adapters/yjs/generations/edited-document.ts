import * as Y from "yjs";
import type { Dot } from "../../../core/dot.ts";
import type { EditOutcome } from "../../../core/entry-document.ts";
import type { IsBloated } from "./bloat.ts";
import type { DocumentState } from "./document-state.ts";
import { mergeStates, renew, stateOf } from "./merged-document.ts";

export interface Occasion {
  /** Of the write that the edit is for. */
  readonly dot: Dot;
  /** C11: whether all who count hold this write, and this replica all that they held by then. Where nobody can know, a cut would stay for ever. */
  readonly isEverywhere: ((dot: Dot) => boolean) | undefined;
  readonly isBloated: IsBloated;
}

/**
 * An edit of what the siblings' states are together, and what it does for the document's history besides (C11): it begins the next generation
 * if all who count hold the cut, or proposes one if there is none and the document is bloated.
 */
export function edited(
  states: readonly DocumentState[],
  { dot, isEverywhere, isBloated }: Occasion,
  edit: (document: Y.Doc) => Pick<EditOutcome, "changed" | "claim">,
): EditOutcome {
  let merged = mergeStates(states);
  try {
    const [cut] = merged.cuts;
    if (cut !== undefined && isEverywhere?.(cut.by) === true) merged = renew(merged, cut);
    const outcome = edit(merged.document);
    if (merged.cuts.length === 0 && isEverywhere !== undefined) {
      const state = Y.encodeStateAsUpdateV2(merged.document);
      if (isBloated(merged.document, state.length)) merged = { ...merged, cuts: [{ by: dot, state }] };
    }
    return { ...outcome, state: stateOf(merged), awaits: merged.cuts[0]?.by };
  } finally {
    merged.document.destroy();
  }
}
