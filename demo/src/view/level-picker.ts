import type { ConsistencyLevel } from "@vecmesh/sdk";
import { element, setText } from "./element.ts";

const LEVELS: readonly { readonly level: ConsistencyLevel; readonly label: string; readonly meaning: string }[] = [
  { level: "one", label: "One", meaning: "Saved once this tab has it on disk." },
  { level: "quorum", label: "Quorum", meaning: "Saved once a majority of the voters has it on disk." },
  { level: "all", label: "All", meaning: "Saved once every voter has it on disk." },
];

export interface LevelPicker {
  readonly element: HTMLElement;
  readonly level: ConsistencyLevel;
}

/** How many replicas must hold a note before it counts as saved: `one`, `quorum` (at first) or `all`. */
export function createLevelPicker(): LevelPicker {
  let chosen: ConsistencyLevel = "quorum";
  const meaning = element("p", { class: "hint", id: "level-meaning", "data-testid": "level-meaning" });
  const choose = (level: ConsistencyLevel): void => {
    chosen = level;
    setText(meaning, LEVELS.find((option) => option.level === level)!.meaning);
  };
  const options = LEVELS.map(({ level, label }) => {
    const input = element("input", {
      type: "radio",
      name: "level",
      value: level,
      "data-testid": `level-${level}`,
      on: { change: () => choose(level) },
    });
    input.checked = level === chosen;
    return element("label", { class: "segment" }, input, element("span", {}, label));
  });
  choose(chosen);
  const group = element(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": "Consistency level", "aria-describedby": "level-meaning" },
    ...options,
  );
  return {
    element: element("div", { class: "level-picker" }, group, meaning),
    get level() {
      return chosen;
    },
  };
}
