import { element, setAttribute, setText } from "./element.ts";
import { duration } from "../words/quantities.ts";
import type { LastWrite } from "../notes/last-write.ts";
import { replicaName } from "../words/replica-name.ts";

export interface LastWriteBox {
  readonly element: HTMLElement;
  update(write: LastWrite | undefined, self: string): void;
}

/** Who acknowledged this tab's last write, and whether that was enough. */
export function createLastWriteBox(retry: (noteId: string) => void): LastWriteBox {
  let shown: LastWrite | undefined;
  const title = element("p", { class: "last-write-title", "data-testid": "last-write-state" });
  const quote = element("p", { class: "last-write-quote" });
  const acks = element("p", { class: "hint", "data-testid": "last-write-acks" });
  const again = element(
    "button",
    {
      class: "link",
      type: "button",
      "data-testid": "last-write-retry",
      on: {
        click: () => {
          if (shown !== undefined) retry(shown.noteId);
        },
      },
    },
    "Retry",
  );
  const box = element(
    "div",
    { class: "last-write", role: "status", "data-testid": "last-write" },
    title,
    quote,
    acks,
    again,
  );
  return {
    element: box,
    update: (write, self) => {
      shown = write;
      setAttribute(box, "hidden", write === undefined);
      if (write === undefined) return;
      box.dataset.state = write.state;
      box.dataset.level = write.level;
      setText(title, titleOf(write));
      setText(quote, write.text);
      setText(acks, acksOf(write, self));
      setAttribute(again, "hidden", write.state !== "unconfirmed");
    },
  };
}

function titleOf({ state, level, acks, required, tookMs }: LastWrite): string {
  if (state === "waiting") return `Last write: waiting for ${level}`;
  if (state === "unconfirmed")
    return `Last write: ${acks.length === 0 ? "not confirmed" : `${acks.length} of ${required} acknowledged`}`;
  return `Last write: ${level} reached in ${duration(tookMs ?? 0)}`;
}

function acksOf({ acks, state }: LastWrite, self: string): string {
  const names = acks.map((id) => (id === self ? "this tab" : replicaName(id).name));
  if (names.length > 0) return `Acknowledged by ${names.join(", ")}`;
  return state === "waiting" ? "On its way" : "Saved here, not yet confirmed by others";
}
