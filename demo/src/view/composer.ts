import { createLevelPicker, type LevelPicker } from "./level-picker.ts";
import { element, setText } from "./element.ts";
import type { ConsistencyLevel } from "@vecmesh/sdk";
import type { Embedding } from "../meaning/embedding.ts";
import { icon } from "./icon.ts";
import { MAX_NOTE_LENGTH } from "../notes/entry-metadata.ts";

/** From here on the counter is shown: before, it would only distract. */
const COUNTER_FROM = MAX_NOTE_LENGTH - 100;
/** As many of a note's words as fit one line on a phone. */
const SHOWN_WORDS = 6;

export interface Composer {
  readonly element: HTMLElement;
  readonly levels: LevelPicker;
  focus(): void;
}

/** Where a note is typed. Enter saves, Shift and Enter begins a new line. */
export function createComposer(actions: {
  readonly embed: (text: string) => Embedding;
  readonly save: (text: string, level: ConsistencyLevel) => void;
}): Composer {
  const levels = createLevelPicker();
  const counter = element("span", { class: "counter", "data-testid": "composer-counter" });
  const placing = element("p", { class: "hint placing", "data-testid": "composer-placing" });
  const text = element("textarea", {
    id: "composer-text",
    class: "note-input",
    rows: "2",
    maxlength: String(MAX_NOTE_LENGTH),
    placeholder: "Write a note, and every open tab has it",
    "aria-label": "New note",
    "aria-describedby": "composer-keys",
    "data-testid": "composer-text",
    on: {
      input: () => show(),
      keydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        save();
      },
    },
  });
  const button = element(
    "button",
    { class: "button primary", type: "submit", "data-testid": "composer-save" },
    icon("add"),
    "Add note",
  );
  const show = (): void => {
    const written = text.value.trim();
    button.disabled = written === "";
    setText(counter, text.value.length >= COUNTER_FROM ? `${text.value.length} / ${MAX_NOTE_LENGTH}` : "");
    setText(placing, written === "" ? "" : placedBy(actions.embed(written)));
  };
  const save = (): void => {
    const written = text.value.trim();
    if (written === "") return;
    actions.save(written, levels.level);
    text.value = "";
    show();
  };
  show();
  const keys = element(
    "span",
    { id: "composer-keys", class: "visually-hidden" },
    "Enter saves. Shift and Enter begins a new line.",
  );
  const form = element(
    "form",
    {
      class: "composer card",
      "data-testid": "composer",
      on: {
        submit: (event) => {
          event.preventDefault();
          save();
          text.focus();
        },
      },
    },
    text,
    keys,
    element("div", { class: "composer-notice" }, placing, counter),
    element("div", { class: "composer-actions" }, levels.element, button),
  );
  return { element: form, levels, focus: () => text.focus() };
}

function placedBy({ words }: Embedding): string {
  if (words.length === 0) return "No word here is in the vocabulary: this note is found by the same words only.";
  const rest = words.length - SHOWN_WORDS;
  return `Placed by ${words.slice(0, SHOWN_WORDS).join(" · ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
