import { element } from "./element.ts";

/** The things to try: each with its button and what came of it. */
export function createExperiments(...experiments: readonly HTMLElement[]): HTMLElement {
  return element(
    "section",
    { class: "card panel experiments", "aria-labelledby": "experiments-heading" },
    element("h2", { id: "experiments-heading" }, "Try it"),
    ...experiments,
  );
}
