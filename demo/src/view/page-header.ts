import { element, setText } from "./element.ts";
import { avatar } from "./avatar.ts";
import { createThemeToggle } from "./theme.ts";
import { icon } from "./icon.ts";
import type { NodeId } from "@vecmesh/sdk";
import type { PresenceState } from "../presence.ts";
import { replicaName } from "../words/replica-name.ts";

/** How long "Link copied" stands in the button. */
const COPIED_MS = 2_000;

export interface PageHeader {
  readonly element: HTMLElement;
  update(presence: PresenceState): void;
}

/** The room, this tab's name in it, and the way offline and back. */
export function createPageHeader(room: string, self: NodeId, togglePresence: () => void): PageHeader {
  const { name } = replicaName(self);
  const state = element("span", { class: "presence-state", role: "status", "data-testid": "presence" });
  const toggle = element("button", {
    class: "button",
    type: "button",
    "data-testid": "offline-toggle",
    on: { click: togglePresence },
  });
  const header = element(
    "header",
    { class: "page-header" },
    element("div", { class: "brand" }, brandMark(), element("h1", {}, "Shared notes")),
    element("div", { class: "room" }, element("span", { class: "room-name", "data-testid": "room" }, room), copyLink()),
    element(
      "div",
      { class: "identity", title: `Node ${self}` },
      avatar(self),
      element("span", { class: "identity-name", "data-testid": "self-name" }, name),
      state,
    ),
    toggle,
    createThemeToggle(),
  );
  return {
    element: header,
    update: (presence) => {
      header.dataset.presence = presence;
      setText(state, presence === "changing" ? "…" : presence);
      toggle.disabled = presence === "changing";
      toggle.setAttribute("aria-pressed", String(presence === "offline"));
      toggle.replaceChildren(
        icon(presence === "offline" ? "online" : "offline"),
        element("span", {}, presence === "offline" ? "Go online" : "Go offline"),
      );
    },
  };
}

function copyLink(): HTMLElement {
  const label = element("span", {}, "Copy link");
  return element(
    "button",
    {
      class: "button quiet",
      type: "button",
      "data-testid": "copy-link",
      on: {
        click: () => {
          navigator.clipboard.writeText(location.href).then(
            () => label.replaceChildren("Link copied"),
            () => label.replaceChildren("Copy the address above"),
          );
          setTimeout(() => label.replaceChildren("Copy link"), COPIED_MS);
        },
      },
    },
    icon("link"),
    label,
  );
}

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Three replicas, each joined to the others. */
function brandMark(): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 28 28");
  svg.setAttribute("class", "brand-mark");
  svg.setAttribute("aria-hidden", "true");
  const lines = document.createElementNS(NAMESPACE, "path");
  lines.setAttribute("d", "M14 6.5L6.5 20.5h15z");
  svg.append(lines);
  for (const [x, y] of [
    [14, 6.5],
    [6.5, 20.5],
    [21.5, 20.5],
  ] as const) {
    const dot = document.createElementNS(NAMESPACE, "circle");
    dot.setAttribute("cx", String(x));
    dot.setAttribute("cy", String(y));
    dot.setAttribute("r", "4");
    svg.append(dot);
  }
  return svg;
}
