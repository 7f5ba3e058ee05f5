import { answers, Reachability } from "../reachability.ts";
import { createOfflineBanner } from "../view/offline-banner.ts";
import type { RoomState } from "./room-state.ts";
import type { Workspace } from "./workspace.ts";

/** How often a page that is alone asks whether its signaling server is there. */
const LOOK_MS = 3_000;

/** The banner of a page that can reach nobody though it would. Who has gone offline on purpose knows. */
export function createReachabilityBanner(
  { presence, report }: Workspace,
  room: RoomState,
  signaling: string | undefined,
): HTMLElement {
  const banner = createOfflineBanner();
  const reachability = new Reachability({
    hasNetwork: () => navigator.onLine,
    hasOthers: () => room.othersHere().length > 0,
    signalingAnswers: async () => signaling === undefined || (await answers(signaling)),
  });
  const show = (): void => banner.update(presence.state === "online" ? reachability.state : "reachable");
  const look = (): void => {
    if (presence.state === "online") reachability.look().catch(report);
  };
  reachability.changed.subscribe(show);
  presence.changed.subscribe(() => {
    show();
    look();
  });
  let others = 0;
  room.changed.subscribe(() => {
    const before = others;
    others = room.othersHere().length;
    if (others !== before) look();
  });
  for (const type of ["online", "offline"]) globalThis.addEventListener(type, look);
  setInterval(look, LOOK_MS);
  return banner.element;
}
