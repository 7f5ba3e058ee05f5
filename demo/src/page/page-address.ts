/** The room of a page that names none: one for everybody who opens the plain address, so that a second tab meets the first. */
const DEFAULT_ROOM = "notes";
/** Where `npm start` puts the signaling server. */
const DEFAULT_SIGNALING_PORT = 4444;
/** As much as fits the header of a phone; longer names are cut. */
const MAX_ROOM_LENGTH = 64;

export interface PageSettings {
  readonly room: string;
  /** A WebSocket address; `undefined` for none: then only this browser's tabs find each other. */
  readonly signaling: string | undefined;
}

/** What the page's address asks for: `?room=NAME` and `?signaling=ADDRESS`, or `none`. */
export function settingsFrom(address: URL): PageSettings {
  const room = address.searchParams.get("room")?.trim().slice(0, MAX_ROOM_LENGTH);
  return { room: room === undefined || room === "" ? DEFAULT_ROOM : room, signaling: signalingFrom(address) };
}

function signalingFrom(address: URL): string | undefined {
  const asked = address.searchParams.get("signaling")?.trim();
  if (asked === "none") return undefined;
  if (asked !== undefined && asked !== "") return asked;
  const scheme = address.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${address.hostname}:${DEFAULT_SIGNALING_PORT}`;
}
