import { element, setText } from "./element.ts";
import { icon } from "./icon.ts";

export interface DrillButton {
  readonly element: HTMLElement;
  update(view: {
    readonly peers: number;
    readonly offline: boolean;
    readonly running: boolean;
    readonly outcome: string | undefined;
  }): void;
}

/** Makes this tab and another write the same note without seeing each other's. */
export function createDrillButton(run: () => void): DrillButton {
  const button = element(
    "button",
    { class: "button", type: "button", "data-testid": "conflict-make", on: { click: run } },
    icon("fork"),
    "Make a conflict",
  );
  const state = element("p", { class: "hint", role: "status", "data-testid": "conflict-status" });
  return {
    element: element(
      "div",
      { class: "experiment" },
      element("div", { class: "experiment-head" }, element("h3", {}, "Two writes at once"), button),
      state,
    ),
    update: ({ peers, offline, running, outcome }) => {
      button.disabled = peers === 0 || offline || running;
      setText(state, stateWords(peers, offline, running, outcome));
    },
  };
}

function stateWords(peers: number, offline: boolean, running: boolean, outcome: string | undefined): string {
  if (running) return "This tab goes offline for a moment, and both write the same note…";
  if (outcome !== undefined) return outcome;
  if (offline) return "Go back online first: it takes two tabs that can meet.";
  if (peers === 0) return "Open this page in a second tab first.";
  return "This tab and another write the same note, neither having seen the other's.";
}
