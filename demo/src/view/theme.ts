import { element, setAttribute } from "./element.ts";
import { icon } from "./icon.ts";

const KEY = "vecmesh-notes/theme";

const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const LABELS: Record<Theme, string> = {
  system: "Colours follow the system",
  light: "Light colours",
  dark: "Dark colours",
};

function savedTheme(): Theme {
  return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "system";
}

/** A button that goes from the system's colours to light to dark, and remembers. The page's styles follow `data-theme`. */
export function createThemeToggle(): HTMLElement {
  let theme = savedTheme();
  const toggle = element("button", {
    class: "button quiet icon-only",
    type: "button",
    "data-testid": "theme-toggle",
    on: {
      click: () => {
        theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
        localStorage.setItem(KEY, theme);
        show();
      },
    },
  });
  const show = (): void => {
    setAttribute(document.documentElement, "data-theme", theme === "system" ? undefined : theme);
    toggle.setAttribute("aria-label", LABELS[theme]);
    toggle.title = LABELS[theme];
    toggle.dataset.theme = theme;
    toggle.replaceChildren(icon(theme));
  };
  show();
  return toggle;
}
