import type { ReplicationError } from "@vecmesh/sdk";
import { counted } from "./quantities.ts";
import { MAX_NOTE_LENGTH } from "../notes/entry-metadata.ts";

/** An error as a person reads it. */
export interface ErrorWords {
  /** What happened, in a few words. */
  readonly title: string;
  /** What it means and what to do. */
  readonly detail: string;
}

/** The title of what is said about a write that lacks acknowledgements. */
export const NOT_CONFIRMED = "Saved here, not yet confirmed by others";

/** What a replication error means to somebody who has never heard of quorums. */
export function errorWords(error: ReplicationError): ErrorWords {
  switch (error.code) {
    case "quorum-unavailable":
      return {
        title: NOT_CONFIRMED,
        detail: `This level needs ${counted(error.required, "voter")} and ${error.alive === 1 ? "only 1 is" : `${error.alive} are`} here. Nothing is lost: the note spreads as soon as others come. Open this page in another tab, or retry later.`,
      };
    case "quorum-timeout":
      return {
        title: NOT_CONFIRMED,
        detail: `${error.acks.length} of ${counted(error.required, "voter")} answered in time. Nothing is lost: the others may have it already. Retry asks them again.`,
      };
    case "session-not-satisfied":
      return {
        title: "Not everything has arrived here yet",
        detail: `Still on the way to this tab: ${counted(error.missing, "change")} made elsewhere. Try again in a moment; until then it shows what it has.`,
      };
    case "room-mismatch":
      return {
        title: "This room is set up differently",
        detail: `Another copy of this page, perhaps an older version, opened the room with other settings (${error.fact}: ${error.theirs} there, ${error.ours} here). Reload every tab, or choose another room.`,
      };
    case "protocol-mismatch":
      return {
        title: error.ours < error.theirs ? "This tab is out of date" : "Another tab is out of date",
        detail:
          error.ours < error.theirs
            ? "Another open tab runs a newer version of this page. Reload this one to go on together; nothing is lost meanwhile."
            : "Another open tab runs an older version of this page. Reload that one to go on together; nothing is lost meanwhile.",
      };
    case "insecure-context":
      return {
        title: "The browser allows this only on a secure address",
        detail:
          "Pages opened by plain http from another device may not store or encrypt anything. Open this page on http://localhost, or serve it by https.",
      };
    case "storage-full":
      return {
        title: "This device has no space left",
        detail: "The change was not saved. Free some space, or remove the 5,000 words, and try again.",
      };
    case "storage-corrupt":
      return {
        title: "The notes stored in this browser cannot be read",
        detail:
          "Clear this site's data in the browser's settings and reload; the notes come back from the other tabs and devices.",
      };
    case "replica-in-use":
      return { title: "These notes are open in another tab", detail: "Close the other tab, or use that one." };
    case "resolver-failed":
      return {
        title: "A conflict could not be merged",
        detail: "The note shows its latest version; the others are kept. Reload the page, or write the note anew.",
      };
    case "sync-incomplete":
      return { title: "Catching up was interrupted", detail: "It goes on by itself as soon as the other tab is back." };
    case "replica-not-found":
      return {
        title: "That replica has gone",
        detail: "It left the room before it could be reached. Try again when it is back.",
      };
    case "replica-set-full":
      return {
        title: "All votes are taken",
        detail: `${counted(error.replicationFactor, "replica")} vote in this room. This tab holds everything and helps to spread it, but does not count for a quorum.`,
      };
    case "entry-not-found":
      return {
        title: "This note is not there any more",
        detail: "Somebody deleted it before the change was stored. Write it anew if it should stay.",
      };
    case "dimension-mismatch":
      return {
        title: "This note does not fit the room",
        detail: `The room holds vectors of ${error.expected} dimensions and this one has ${error.actual}. Choose another room.`,
      };
    case "invalid-entry":
      return {
        title: "This note cannot be saved as it is",
        detail: `Notes are plain text of at most ${MAX_NOTE_LENGTH} characters.`,
      };
    case "invalid-config":
      return {
        title: "The page's address asks for something impossible",
        detail: `Check the part about “${error.option}”, or open the page without it.`,
      };
    case "unauthorized":
      return error.credential === "token"
        ? {
            title: "The meeting server refuses this page",
            detail: "Ask whoever runs it for access. Tabs of this browser still find each other without it.",
          }
        : error.credential === "identity"
          ? {
              title: "This change is not yours to make",
              detail: "The room's rules let somebody else change this note. Nothing was saved.",
            }
          : {
              title: "Somebody here has another password",
              detail:
                "Another page has opened this room with a different password, or with none, so nothing is exchanged with it. Check which of you has the right one.",
            };
    case "unsupported-platform":
      return {
        title: "This browser is too old for this room",
        detail: `It lacks ${error.feature}, which signs what everybody here writes. Update the browser, or use another one.`,
      };
    case "invalid-frame":
      return {
        title: "A replica sent something unreadable",
        detail: "The connection to it was closed. Nothing here was changed.",
      };
    case "peer-unreachable":
      return {
        title: "Another replica cannot be reached",
        detail:
          "It is in the room, but no direct connection comes about; a firewall may be in the way. This page keeps trying.",
      };
    case "signaling-unreachable":
      return {
        title: "The meeting server cannot be reached",
        detail: "Tabs of this browser still find each other, and connections that exist go on. This page keeps trying.",
      };
    case "transport-failed":
      return { title: "A connection failed", detail: "This page keeps trying. Nothing is lost meanwhile." };
    case "aborted":
      return { title: "Stopped", detail: "The action was cancelled before it was done." };
    case "closed":
      return { title: "This replica is closed", detail: "Reload the page to open it again." };
  }
}

/** For what is no replication error: a fault of the page or the network. */
export function unexpectedWords(error: unknown): ErrorWords {
  const reason = error instanceof Error ? error.message : String(error);
  return { title: "Something went wrong", detail: `${reason}. Reload the page; your notes are kept.` };
}
