import { ago, duration } from "../words/quantities.ts";
import { element, setAttribute, setText } from "./element.ts";
import { avatar } from "./avatar.ts";
import { icon } from "./icon.ts";
import { replicaName } from "../words/replica-name.ts";
import type { ConnectionPath, ReplicaInfo } from "@vecmesh/sdk";

/** As much of a node id as people compare: a clash of names and these digits together is out of the question in one room. */
const SHOWN_ID_DIGITS = 6;

const STATUS_WORDS: Record<ReplicaInfo["status"], string> = {
  healthy: "in step",
  lagging: "behind",
  recovering: "catching up",
  offline: "offline",
};

const ROLE_MEANING: Record<ReplicaInfo["role"], string> = {
  voter: "Counts for quorums",
  learner: "Holds everything, does not count for quorums",
};

const PATH_WORDS: Record<Exclude<ConnectionPath, "direct">, string> = {
  turn: "through a TURN server",
  relay: "through the signaling server, sealed",
};

/** One replica of the room. */
export class ReplicaRow {
  readonly element: HTMLElement;
  readonly #role = element("span", { class: "replica-role", "data-testid": "replica-role" });
  readonly #status = element("span", { class: "replica-status", "data-testid": "replica-status" });
  readonly #facts = element("span", { "data-testid": "replica-facts" });
  readonly #looksAt = element("p", { class: "hint looks-at", "data-testid": "replica-looks-at" });
  readonly #ack = element(
    "span",
    {
      class: "ack",
      role: "img",
      "aria-label": "Acknowledged the last write",
      title: "Acknowledged the last write",
      "data-testid": "replica-ack",
    },
    icon("check"),
  );

  constructor(id: string, self: boolean) {
    const name = element("span", { class: "replica-name" }, replicaName(id).name);
    this.element = element(
      "li",
      { class: "replica", title: `Node ${id}`, "data-testid": "replica", "data-node-id": id, "data-self": self },
      avatar(id),
      element(
        "div",
        { class: "replica-text" },
        element(
          "p",
          { class: "replica-title" },
          name,
          self ? element("span", { class: "badge self" }, "this tab") : undefined,
        ),
        element("p", { class: "hint" }, this.#role, this.#facts),
        this.#looksAt,
      ),
      this.#ack,
      this.#status,
    );
  }

  update(
    { id, role, status, lagMs, hops = 0, lastSyncAt, path }: ReplicaInfo,
    self: boolean,
    acknowledged: boolean,
    nowMs: number,
    looksAt: string | undefined,
  ): void {
    this.element.dataset.status = status;
    this.element.dataset.role = role;
    setText(this.#role, role);
    this.#role.title = ROLE_MEANING[role];
    setText(this.#status, self && status === "healthy" ? "online" : STATUS_WORDS[status]);
    const facts: string[] = [];
    if (!self && status !== "offline" && lagMs !== undefined) facts.push(`lag ${duration(lagMs)}`);
    if (hops > 1) facts.push(`through ${hops - 1} other${hops > 2 ? "s" : ""}`);
    if (path !== undefined && path !== "direct") facts.push(PATH_WORDS[path]);
    if (status === "offline" && lastSyncAt !== undefined) facts.push(`last in step: ${ago(lastSyncAt, nowMs)}`);
    if (self) facts.push(`id ${id.slice(0, SHOWN_ID_DIGITS)}`);
    setAttribute(this.#looksAt, "hidden", looksAt === undefined);
    setText(this.#looksAt, looksAt === undefined ? "" : `on “${looksAt}”`);
    setText(this.#facts, facts.map((fact) => ` · ${fact}`).join(""));
    setAttribute(this.#ack, "data-shown", acknowledged);
    setAttribute(this.#ack, "hidden", !acknowledged);
  }
}
