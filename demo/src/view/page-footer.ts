import { element } from "./element.ts";

const KEYS = [
  ["N", "new note"],
  ["/", "search"],
  ["O", "offline and back"],
] as const;

/** What the keys do, and where the words come from. */
export function createPageFooter(): HTMLElement {
  return element(
    "footer",
    { class: "page-footer hint" },
    element(
      "p",
      { class: "keys" },
      ...KEYS.map(([key, meaning]) => element("span", {}, element("kbd", { class: "key" }, key), ` ${meaning}`)),
    ),
    element("p", {}, "Everything stays in your browsers. Word vectors: GloVe, public domain (PDDL 1.0)."),
  );
}
