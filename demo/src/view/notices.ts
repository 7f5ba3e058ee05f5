import { element } from "./element.ts";
import type { ErrorWords } from "../words/error-words.ts";
import { icon } from "./icon.ts";

/** A notice goes by itself after this: two lines are read in half of it. It stays while the pointer or the focus is on it. */
const NOTICE_MS = 10_000;
/** Older ones give way: more would cover the page of a phone. */
const MAX_NOTICES = 3;

export interface Notices {
  readonly element: HTMLElement;
  /** Takes away what is no longer so. */
  dismiss(title: string): void;
  /** A notice with the same title as one that is shown takes its place. */
  show(words: ErrorWords): void;
}

/** What the person should know now, at the page's lower edge, read out by screen readers. */
export function createNotices(): Notices {
  const stack = element("div", { class: "notices", role: "status", "aria-label": "Notices", "data-testid": "notices" });
  const dismiss = (title: string): void => {
    for (const shown of Array.from(stack.children))
      if (shown.querySelector("strong")?.textContent === title) shown.remove();
  };
  return {
    element: stack,
    dismiss,
    show: ({ title, detail }) => {
      dismiss(title);
      const close = (): void => notice.remove();
      const notice = element(
        "div",
        { class: "notice", "data-testid": "notice" },
        element("div", {}, element("strong", {}, title), element("p", {}, detail)),
        element(
          "button",
          {
            class: "button quiet icon-only",
            type: "button",
            "aria-label": "Close notice",
            "data-testid": "notice-close",
            on: { click: close },
          },
          icon("close"),
        ),
      );
      const closeUnlessRead = (): void => {
        if (notice.matches(":hover, :focus-within")) setTimeout(closeUnlessRead, NOTICE_MS);
        else close();
      };
      setTimeout(closeUnlessRead, NOTICE_MS);
      stack.append(notice);
      while (stack.children.length > MAX_NOTICES) stack.firstElementChild?.remove();
    },
  };
}
