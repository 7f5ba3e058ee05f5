import { addressWithPassword } from "./page-address.ts";
import { createRoomAccess } from "../view/room-access.ts";
import { createEventFeed } from "../view/event-feed.ts";
import { element } from "../view/element.ts";
import { eventWords } from "../words/event-words.ts";
import { perFrame } from "../view/per-frame.ts";
import { ReplicaPanel } from "../view/replica-panel.ts";
import type { RoomState } from "./room-state.ts";
import type { Workspace } from "./workspace.ts";

/** Who is here, and what happens. */
export function createRoomColumn(
  { collection, pages, presence, replicator, report, writer }: Workspace,
  room: RoomState,
  hasPassword: boolean,
): HTMLElement {
  const access = createRoomAccess(async (password) => {
    try {
      await replicator.rotatePassword(password);
    } catch (error) {
      report(error);
      throw error;
    }
    history.replaceState(null, "", addressWithPassword(new URL(location.href), password));
    access.update(true);
  });
  access.update(hasPassword);
  const panel = new ReplicaPanel(
    (noteId) => void writer.retry(noteId, collection.get(noteId)?.text ?? "A deleted note"),
  );
  const feed = createEventFeed();
  const show = perFrame(() =>
    panel.update({
      replicas: room.replicas,
      self: replicator.nodeId,
      online: presence.state !== "offline",
      lastWrite: writer.lastWrite,
      nowMs: Date.now(),
      looksAt: (nodeId) => {
        const noteId = pages.onlookers().find((onlooker) => onlooker.nodeId === nodeId)?.noteId;
        return noteId === undefined ? undefined : collection.get(noteId)?.text;
      },
    }),
  );
  room.changed.subscribe(show);
  presence.changed.subscribe(show);
  writer.changed.subscribe(show);
  pages.changed.subscribe(show);
  const follow = async (): Promise<void> => {
    for await (const event of replicator.events())
      feed.add(
        eventWords(event, (id) => collection.get(id)?.text),
        Date.now(),
      );
  };
  follow().catch(report);
  return element("div", { class: "column", id: "room" }, access.element, panel.element, feed.element);
}
