import type * as EditedSiblingsModule from "../../core/edited-siblings.ts";
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
];
