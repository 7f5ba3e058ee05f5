import type { NodeId, ReplicaInfo } from "@vecmesh/sdk";
import { element, setText } from "./element.ts";
import { createLastWriteBox } from "./last-write-box.ts";
import type { LastWrite } from "../notes/last-write.ts";
import { quorumWords } from "../words/quorum-words.ts";
import { ReplicaRow } from "./replica-row.ts";

export interface ReplicaPanelView {
  /** This replica first. */
  readonly replicas: readonly ReplicaInfo[];
  readonly self: NodeId;
  /** Whether this tab takes part in the room. */
  readonly online: boolean;
  readonly lastWrite: LastWrite | undefined;
  readonly nowMs: number;
  /** The text of the note that a replica's person looks at. */
  readonly looksAt: (nodeId: string) => string | undefined;
}

/** This replica and its peers: role, status, lag, and who acknowledged the last write. */
export class ReplicaPanel {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, ReplicaRow>();
  readonly #list = element("ul", { class: "replicas", "data-testid": "replica-list" });
  readonly #quorum = element("p", { class: "hint quorum", role: "status", "data-testid": "quorum-state" });
  readonly #lastWrite;

  constructor(retry: (noteId: string) => void) {
    this.#lastWrite = createLastWriteBox(retry);
    this.element = element(
      "section",
      { class: "card panel", "aria-labelledby": "replicas-heading", "data-testid": "replica-panel" },
      element("h2", { id: "replicas-heading" }, "Replicas"),
      this.#quorum,
      this.#list,
      this.#lastWrite.element,
    );
  }

  update({ replicas, self, online, lastWrite, nowMs, looksAt }: ReplicaPanelView): void {
    const { words, available } = quorumWords(replicas);
    setText(this.#quorum, words);
    this.#quorum.dataset.available = String(available);
    const present = new Set(replicas.map(({ id }) => id as string));
    for (const [id, row] of this.#rows) {
      if (present.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    for (const replica of replicas) {
      const row = this.#rows.get(replica.id) ?? this.#addRow(replica.id, replica.id === self);
      const acknowledged = lastWrite?.acks.includes(replica.id) ?? false;
      const status = replica.id === self && !online ? "offline" : replica.status;
      row.update({ ...replica, status }, replica.id === self, acknowledged, nowMs, looksAt(replica.id));
    }
    this.#lastWrite.update(lastWrite, self);
  }

  #addRow(id: NodeId, self: boolean): ReplicaRow {
    const row = new ReplicaRow(id, self);
    this.#rows.set(id, row);
    this.#list.append(row.element);
    return row;
  }
}
