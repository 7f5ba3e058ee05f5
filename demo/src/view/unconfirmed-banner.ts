import { element, setAttribute, setText } from "./element.ts";
import { counted } from "../words/quantities.ts";

export interface UnconfirmedBanner {
  readonly element: HTMLElement;
  update(unconfirmed: number): void;
}

/** Says how many changes the others have not confirmed, deletions included, and asks them all again. */
export function createUnconfirmedBanner(retryAll: () => void): UnconfirmedBanner {
  const words = element("span", {});
  const banner = element(
    "div",
    { class: "banner", role: "status", "data-testid": "unconfirmed-banner" },
    words,
    element(
      "button",
      { class: "button", type: "button", "data-testid": "retry-all", on: { click: retryAll } },
      "Retry all",
    ),
  );
  return {
    element: banner,
    update: (unconfirmed) => {
      setAttribute(banner, "hidden", unconfirmed === 0);
      setText(words, `${counted(unconfirmed, "change")} saved here, not yet confirmed by others`);
    },
  };
}
