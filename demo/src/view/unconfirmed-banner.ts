import { element, setAttribute, setText } from "./element.ts";
import { counted } from "../words/quantities.ts";
import type { UnconfirmedWrite } from "../notes/unconfirmed-writes.ts";

export interface UnconfirmedBanner {
  readonly element: HTMLElement;
  update(writes: readonly UnconfirmedWrite[]): void;
}

/**
 * Says how many changes the others have not confirmed, and asks them all again. A single note says so itself; a deleted one
 * cannot.
 */
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
    update: (writes) => {
      setAttribute(banner, "hidden", writes.length < 2 && !writes.some(({ deleted }) => deleted));
      setText(words, `${counted(writes.length, "change")} saved here, not yet confirmed by others`);
    },
  };
}
