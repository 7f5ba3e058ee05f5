const NAMESPACE = "http://www.w3.org/2000/svg";

/** Outlines on a 16 x 16 grid, drawn with the text's colour. */
const PATHS = {
  add: "M8 3v10M3 8h10",
  close: "M4 4l8 8M12 4l-8 8",
  check: "M3 8.5l3.2 3.2L13 5",
  edit: "M3 13h2.2L13 5.2 10.8 3 3 10.8zM9.3 4.5l2.2 2.2",
  remove: "M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5",
  search: "M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4M10.2 10.2L13.2 13.2",
  locked: "M4 7.2h8v6H4zM5.6 7.2V5.4a2.4 2.4 0 0 1 4.8 0v1.8",
  unlocked: "M4 7.2h8v6H4zM5.6 7.2V5.4a2.4 2.4 0 0 1 4.6-1",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.7.7M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.7-.7",
  fork: "M8 13.5V9.2M8 9.2C8 6.5 4 7 4 3.2M8 9.2C8 6.5 12 7 12 3.2M2.6 4.6L4 3l1.4 1.6M10.6 4.6L12 3l1.4 1.6",
  retry: "M13 3v3.4H9.6M13 6.2A5.2 5.2 0 1 0 13 10",
  offline:
    "M2.5 2.5l11 11M4.2 8.6A5.6 5.6 0 0 1 6.6 7M2.2 6.2a8.6 8.6 0 0 1 2.4-1.6M7.4 3.8A8.5 8.5 0 0 1 13.8 6.2M9.8 7.2a5.6 5.6 0 0 1 2 1.4M8 12.2v.1",
  online: "M2.2 6.2a8.5 8.5 0 0 1 11.6 0M4.2 8.7a5.5 5.5 0 0 1 7.6 0M6.2 10.8a2.6 2.6 0 0 1 3.6 0M8 12.8v.1",
  words: "M3 12.5L6 4h.6l3 8.5M4 9.6h4.6M13 8v4.5M13 10.3a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0",
  light:
    "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8",
  dark: "M13 9.6A5.4 5.4 0 1 1 6.4 3 4.4 4.4 0 0 0 13 9.6",
  system: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 2.5v11M8 4.8h4M8 8h5.4M8 11.2h4",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative icon: the control that it sits in carries the name. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
