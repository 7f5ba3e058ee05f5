import { element, setAttribute, setText } from "./element.ts";
import { counted } from "../words/quantities.ts";
import { icon } from "./icon.ts";

export interface NearbyWord {
  readonly word: string;
  /** Cosine similarity, at most 1. */
  readonly score: number;
}

export interface SearchResult {
  /** Whether the vocabulary has any of the words asked for. */
  readonly known: boolean;
  readonly notes: number;
  readonly words: readonly NearbyWord[];
}

export interface SearchBox {
  readonly element: HTMLElement;
  focus(): void;
  /** Shows what was found for the text in the box; `undefined` while nothing is asked. */
  show(found: SearchResult | undefined): void;
}

/** Where a meaning is typed, and ranks as it is typed. Escape clears it. */
export function createSearchBox(onQuery: (query: string) => void, onFocus: () => void): SearchBox {
  const input = element("input", {
    type: "search",
    class: "search-input",
    placeholder: "Search by meaning",
    "aria-label": "Search notes by meaning",
    "aria-keyshortcuts": "/",
    "aria-controls": "note-list",
    autocomplete: "off",
    spellcheck: "false",
    "data-testid": "search-input",
    on: {
      focus: onFocus,
      input: () => onQuery(input.value),
      keydown: (event) => {
        if (event.key === "Escape" && input.value !== "") ask("");
      },
    },
  });
  const ask = (query: string): void => {
    input.value = query;
    onQuery(query);
  };
  const words = element("ul", { class: "nearby-words", "aria-label": "Nearest words", "data-testid": "nearby-words" });
  const status = element("p", { class: "visually-hidden", role: "status", "data-testid": "search-status" });
  const unknown = element(
    "p",
    { class: "hint", "data-testid": "search-unknown" },
    "None of these words is in the vocabulary: the order below says nothing. Try another word.",
  );
  setAttribute(unknown, "hidden", true);
  const box = element(
    "search",
    { class: "search", "data-testid": "search" },
    element(
      "div",
      { class: "search-field" },
      icon("search"),
      input,
      element("kbd", { class: "key", "aria-hidden": "true" }, "/"),
    ),
    unknown,
    words,
    status,
  );
  return {
    element: box,
    focus: () => input.select(),
    show: (found) => {
      setAttribute(unknown, "hidden", found?.known !== false);
      setAttribute(words, "hidden", found?.known !== true || found.words.length === 0);
      words.replaceChildren(...(found?.words ?? []).map((word) => wordChip(word, ask)));
      setText(status, found?.known === true ? `${counted(found.notes, "note")}, nearest first` : "");
    },
  };
}

function wordChip({ word, score }: NearbyWord, ask: (query: string) => void): HTMLElement {
  const chip = element(
    "button",
    {
      class: "chip",
      type: "button",
      title: `Likeness ${score.toFixed(2)}. Search for “${word}”`,
      "data-testid": "nearby-word",
      "data-word": word,
      on: { click: () => ask(word) },
    },
    word,
  );
  return element("li", {}, chip);
}
