/** The map's colours, as the style sheet has them now: a canvas knows no custom properties. */
export interface MapColours {
  readonly word: string;
  readonly label: string;
  readonly match: string;
  readonly ground: string;
}

export function mapColours(element: Element): MapColours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    word: colour("--map-word"),
    label: colour("--map-label"),
    match: colour("--accent"),
    ground: colour("--surface"),
  };
}

/** Calls back when the page goes from light to dark or back. @returns what ends it. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", listener);
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    system.removeEventListener("change", listener);
    observer.disconnect();
  };
}
