import { createJumpBar } from "../view/jump-bar.ts";
import { createMapColumn } from "./map-column.ts";
import { createNotesColumn } from "./notes-column.ts";
import { createPageFooter } from "../view/page-footer.ts";
import { createPageHeader } from "../view/page-header.ts";
import { createReachabilityBanner } from "./reachability-banner.ts";
import { createRoomColumn } from "./room-column.ts";
import { createWorkspace } from "./workspace.ts";
import type { PageSettings } from "./page-address.ts";
import { element } from "../view/element.ts";
import { followEntries } from "../notes/following.ts";
import { listenForShortcuts } from "../view/shortcuts.ts";
import { replicaName } from "../words/replica-name.ts";
import type { Replicator } from "@vecmesh/sdk";
import { reactToEvents } from "./event-reactions.ts";
import { RoomState } from "./room-state.ts";
import type { Vocabulary } from "../meaning/vocabulary.ts";

/** The whole page over an open replicator, which joins the room. */
export function openNotesPage(
  { room, password, signaling }: PageSettings,
  replicator: Replicator,
  vocabulary: Vocabulary,
): HTMLElement {
  const workspace = createWorkspace(room, replicator, vocabulary);
  const { collection, presence, report, notices } = workspace;
  const roomState = new RoomState(replicator);
  const notes = createNotesColumn(workspace);
  const map = createMapColumn(workspace, roomState);
  const toggle = (): void => void (presence.state === "online" ? presence.leave() : presence.join()).catch(report);
  const header = createPageHeader(room, replicator.nodeId, toggle);
  presence.changed.subscribe((state) => header.update(state));
  header.update(presence.state);

  const { hearDrill } = reactToEvents(workspace);
  followEntries(replicator, collection, (metadata) => {
    map.drill.hear(metadata);
    hearDrill(metadata);
  }).catch(report);
  roomState.follow(report);
  presence.join().catch(report);

  listenForShortcuts({ "/": () => notes.focusSearch(), n: () => notes.focusComposer(), o: toggle });
  document.title = `${replicaName(replicator.nodeId).name} · Shared notes`;
  return element(
    "div",
    { class: "page" },
    header.element,
    createReachabilityBanner(workspace, roomState, signaling),
    element(
      "main",
      { class: "columns" },
      notes.element,
      map.element,
      createRoomColumn(workspace, roomState, password !== undefined),
    ),
    createJumpBar(),
    createPageFooter(),
    notes.dialog,
    notices.element,
  );
}
