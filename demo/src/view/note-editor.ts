import { element } from "./element.ts";
import { MAX_NOTE_LENGTH } from "../notes/entry-metadata.ts";

/** Replaces a note's text while it is edited. Enter saves, Escape gives up. */
export function createNoteEditor(
  text: string,
  done: { readonly save: (text: string) => void; readonly cancel: () => void },
): HTMLFormElement {
  const input = element("textarea", {
    class: "note-input",
    rows: "3",
    maxlength: String(MAX_NOTE_LENGTH),
    "aria-label": "Edit note",
    "data-testid": "note-edit-text",
    on: {
      keydown: (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          done.cancel();
        }
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          save();
        }
      },
    },
  });
  input.value = text;
  const save = (): void => {
    const written = input.value.trim();
    if (written === "" || written === text) done.cancel();
    else done.save(written);
  };
  const form = element(
    "form",
    {
      class: "note-editor",
      on: {
        submit: (event) => {
          event.preventDefault();
          save();
        },
      },
    },
    input,
    element(
      "div",
      { class: "note-editor-actions" },
      element(
        "button",
        { class: "button quiet", type: "button", "data-testid": "note-edit-cancel", on: { click: done.cancel } },
        "Cancel",
      ),
      element("button", { class: "button primary", type: "submit", "data-testid": "note-edit-save" }, "Save"),
    ),
  );
  return form;
}
