import { defaultKeymap } from "@codemirror/commands";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { EditorState } from "@codemirror/state";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";

/** Of names that stand above cursors, in the first line too. */
const ROOM_FOR_NAMES = "1.5em";

const THEME = EditorView.theme({
  "&": { color: "var(--ink)", fontSize: "16px", maxHeight: "22em" },
  "&.cm-focused": { outline: "1px solid var(--accent)", outlineOffset: "-1px", borderRadius: "0 0 11px 11px" },
  ".cm-scroller": { fontFamily: "var(--serif)", lineHeight: "1.8", overflow: "auto" },
  ".cm-content": { padding: `${ROOM_FOR_NAMES} 16px 14px`, minHeight: "6.5em", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0" },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-ySelectionCaret": { borderLeftWidth: "2px", borderRightWidth: "0", marginRight: "0" },
  ".cm-ySelectionCaretDot": { display: "none" },
  ".cm-ySelectionInfo": {
    top: "-1.35em",
    left: "-2px",
    padding: "0 5px",
    borderRadius: "4px 4px 4px 0",
    fontFamily: "var(--sans)",
    fontSize: "10.5px",
    fontWeight: "600",
    lineHeight: "1.4",
    opacity: "1",
    pointerEvents: "none",
  },
});

/** CodeMirror, bound to a text that several write at once, with the others' cursors, selections and names. */
export function openPageView(
  place: ShadowRoot,
  text: Y.Text,
  awareness: Awareness,
  label: string,
  leave: () => void,
): EditorView {
  const state = EditorState.create({
    doc: text.toJSON(),
    extensions: [
      keymap.of([
        {
          key: "Escape",
          run: () => {
            leave();
            return true;
          },
        },
        ...yUndoManagerKeymap,
        ...defaultKeymap,
      ]),
      EditorView.lineWrapping,
      placeholder("Write here together…"),
      EditorView.contentAttributes.of({ "aria-label": label, "data-testid": "page-text", spellcheck: "true" }),
      yCollab(text, awareness),
      THEME,
    ],
  });
  // In a shadow root its styles are sheets of the page's own, which the page's policy allows; elements with styles it does not.
  return new EditorView({ state, parent: place, root: place });
}
