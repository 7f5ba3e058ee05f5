import { element } from "./element.ts";
import type { ErrorWords } from "../words/error-words.ts";

/** Instead of the page, when it cannot open. */
export function failurePage({ title, detail }: ErrorWords): HTMLElement {
  return element(
    "main",
    { class: "failure", role: "alert", "data-testid": "failure" },
    element("h1", {}, title),
    element("p", {}, detail),
    element("button", { class: "button primary", type: "button", on: { click: () => location.reload() } }, "Reload"),
  );
}
