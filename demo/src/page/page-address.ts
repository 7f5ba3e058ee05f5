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
  /** The room's, where it has one. */
  readonly password: string | undefined;
}

/** In the part after the #, which browsers send to no server. */
const PASSWORD_KEY = "password";

/** What the page's address asks for: `?room=NAME`, `?signaling=ADDRESS` or `none`, and `#password=PASSWORD`. */
export function settingsFrom(address: URL): PageSettings {
  const room = address.searchParams.get("room")?.trim().slice(0, MAX_ROOM_LENGTH);
  const password = new URLSearchParams(address.hash.slice(1)).get(PASSWORD_KEY);
  return {
    room: room === undefined || room === "" ? DEFAULT_ROOM : room,
    signaling: signalingFrom(address),
    password: password === null || password === "" ? undefined : password,
  };
}

/** The same address with that password. */
export function addressWithPassword(address: URL, password: string): URL {
  const changed = new URL(address);
  changed.hash = String(new URLSearchParams({ [PASSWORD_KEY]: password }));
  return changed;
}

function signalingFrom(address: URL): string | undefined {
  const asked = address.searchParams.get("signaling")?.trim();
  if (asked === "none") return undefined;
  if (asked !== undefined && asked !== "") return asked;
  const scheme = address.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${address.hostname}:${DEFAULT_SIGNALING_PORT}`;
}
