import type * as EditedSiblingsModule from "../../core/edited-siblings.ts";
import type * as DocumentCutsModule from "../../core/document-cuts.ts";
import { type Mistake, mistake } from "./mistake.ts";

export const DOCUMENT_MISTAKES: readonly Mistake[] = [
  mistake<typeof EditedSiblingsModule>(
    "an edit is made of one sibling, and replaces all",
    "C6",
    "core/edited-siblings.ts",
    (right) => ({
      *editedSiblings(...args: Parameters<typeof EditedSiblingsModule.editedSiblings>) {
        const held = yield* right.editedSiblings(...args);
        return new Map([...held].map(([id, live]) => [id, live.slice(0, 1)]));
      },
    }),
    { from: 9, took: 9 },
  ),
  mistake<typeof DocumentCutsModule>(
    "a document's history is left behind before all who count hold the cut",
    "C11",
    "core/document-cuts.ts",
    (right) => ({
      DocumentCuts: class extends right.DocumentCuts {
        override isEverywhere(): boolean {
          return true;
        }
      },
    }),
    { from: 9, took: 9 },
  ),
];
