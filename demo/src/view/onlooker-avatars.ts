import { avatar } from "./avatar.ts";
import { element, setAttribute } from "./element.ts";
import { replicaName } from "../words/replica-name.ts";

/** Who else looks at a note: their initials in their colours. */
export class OnlookerAvatars {
  readonly element: HTMLElement = element("span", { class: "onlookers", role: "img", "data-testid": "onlookers" });
  #shown = "";

  update(nodeIds: readonly string[]): void {
    const key = nodeIds.join();
    if (key === this.#shown && this.element.hasAttribute("aria-label")) return;
    this.#shown = key;
    const names = nodeIds.map((nodeId) => replicaName(nodeId).name).join(", ");
    setAttribute(this.element, "hidden", nodeIds.length === 0);
    setAttribute(this.element, "aria-label", `On this page: ${names}`);
    setAttribute(this.element, "title", `On this page: ${names}`);
    this.element.replaceChildren(...nodeIds.map(avatar));
  }
}
