import { element, setAttribute, setText } from "./element.ts";
import { icon } from "./icon.ts";
import { reachabilityWords } from "../words/reachability-words.ts";
import type { ReachabilityState } from "../reachability.ts";

export interface OfflineBanner {
  readonly element: HTMLElement;
  update(state: ReachabilityState): void;
}

/** Comes and goes by itself: says that others cannot be reached, and what still works. */
export function createOfflineBanner(): OfflineBanner {
  const title = element("strong", {});
  const text = element("span", {});
  const banner = element(
    "div",
    { class: "banner", hidden: true, "data-testid": "offline-banner" },
    icon("offline"),
    element("p", {}, title, " ", text),
  );
  return {
    // The region itself stays, so that what comes into it is read out.
    element: element("div", { class: "offline-banner", role: "status" }, banner),
    update: (state) => {
      banner.dataset["reach"] = state;
      setAttribute(banner, "hidden", state === "reachable");
      if (state === "reachable") return;
      const words = reachabilityWords(state);
      setText(title, words.title);
      setText(text, words.text);
    },
  };
}
