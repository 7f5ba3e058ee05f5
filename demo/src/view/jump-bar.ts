import { element } from "./element.ts";

const PLACES = [
  ["notes", "Notes"],
  ["map", "Map"],
  ["room", "Room"],
] as const;

/** On a phone the columns lie below each other: a bar at the lower edge goes to each. */
export function createJumpBar(): HTMLElement {
  return element(
    "nav",
    { class: "jump-bar", "aria-label": "Parts of the page", "data-testid": "jump-bar" },
    ...PLACES.map(([id, label]) =>
      element(
        "button",
        {
          class: "button quiet",
          type: "button",
          "data-testid": `jump-${id}`,
          on: { click: () => document.getElementById(id)?.scrollIntoView({ behavior: "smooth" }) },
        },
        label,
      ),
    ),
  );
}
