import { element } from "./element.ts";
import { replicaName } from "../words/replica-name.ts";

/** A replica's initials in its colour. Decorative: its name stands beside it. */
export function avatar(nodeId: string): HTMLElement {
  const { initials, hue } = replicaName(nodeId);
  const badge = element("span", { class: "avatar", "aria-hidden": "true" }, initials);
  badge.style.setProperty("--hue", String(hue));
  return badge;
}
