import { element } from "./element.ts";
import type { EventWords } from "../words/event-words.ts";

/** Beyond this the oldest lines go: a feed is for what happens now, and a longer one slows the page. */
const MAX_LINES = 150;

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

export interface EventFeed {
  readonly element: HTMLElement;
  add(words: EventWords, nowMs: number): void;
}

/** What happens in the room, newest first. Read out politely by screen readers as it comes. */
export function createEventFeed(): EventFeed {
  const lines = element("ol", {
    class: "feed",
    role: "log",
    "aria-label": "Activity",
    "aria-live": "polite",
    tabindex: "0",
    "data-testid": "event-feed",
  });
  return {
    element: element(
      "section",
      { class: "card panel feed-panel", "aria-labelledby": "feed-heading" },
      element("h2", { id: "feed-heading" }, "Activity"),
      lines,
    ),
    add: ({ type, tone, text, progress }, nowMs) => {
      if (progress !== undefined) lines.querySelector(`[data-progress="${CSS.escape(progress)}"]`)?.remove();
      const at = new Date(nowMs);
      const time = element("time", { datetime: at.toISOString() }, CLOCK.format(at));
      lines.prepend(
        element(
          "li",
          { "data-testid": "event", "data-event": type, "data-tone": tone, "data-progress": progress },
          element("span", { class: "event-text" }, text),
          time,
        ),
      );
      while (lines.children.length > MAX_LINES) lines.lastElementChild?.remove();
    },
  };
}
