import type { ReplicationEvent } from "@vecmesh/sdk";
import { count, counted } from "./quantities.ts";
import { errorWords } from "./error-words.ts";
import { replicaName } from "./replica-name.ts";

/** A line of the activity feed. */
export interface EventWords {
  readonly type: string;
  readonly tone: "plain" | "good" | "warning";
  readonly text: string;
  /** A line that only tells how far something is takes the place of the last one with the same key. */
  readonly progress?: string;
}

const STATUS_WORDS = {
  healthy: { tone: "good", text: "is in step" },
  lagging: { tone: "plain", text: "is behind" },
  recovering: { tone: "plain", text: "is catching up" },
  offline: { tone: "warning", text: "has gone offline" },
} as const;

/** As much of a text as one line of the feed holds. */
const QUOTE_LENGTH = 48;

/** What an event means to a person. `textOf` gives the text of a note that is in conflict. */
export function eventWords(event: ReplicationEvent, textOf: (id: string) => string | undefined): EventWords {
  const { type } = event;
  switch (event.type) {
    case "synced":
      return {
        type,
        tone: "plain",
        text: `${counted(event.entries, "entry", "entries")} from ${replicaName(event.nodeId).name}`,
      };
    case "conflict": {
      const text = textOf(event.id);
      const where = text === undefined ? "an entry" : `“${quote(text)}”`;
      return { type, tone: "warning", text: `Conflict: ${event.siblings.length} versions of ${where}` };
    }
    case "replica": {
      const { tone, text } = STATUS_WORDS[event.status];
      const words: EventWords = { type, tone, text: `${replicaName(event.nodeId).name} ${text}` };
      const passing = event.status === "lagging" || event.status === "recovering";
      return passing ? { ...words, progress: event.nodeId } : words;
    }
    case "quorum":
      return event.available
        ? { type, tone: "good", text: "Quorum is available" }
        : { type, tone: "warning", text: "No quorum: too few voters are here" };
    case "replicaSet": {
      const names = event.voters.map((id) => replicaName(id).name).join(", ");
      return { type, tone: "plain", text: `Voters now (epoch ${event.epoch}): ${names}` };
    }
    case "throttled":
      return { type, tone: "plain", text: "Replication is held back to save bandwidth" };
    case "clockSkew":
      return {
        type,
        tone: "warning",
        text: `The clock of ${replicaName(event.nodeId).name} is more than five minutes ahead`,
      };
    case "overflow":
      return { type, tone: "plain", text: `${count(event.dropped)} events went by too fast to show` };
    case "error": {
      const { title, detail } = errorWords(event.error);
      return { type, tone: "warning", text: `${title}. ${detail}` };
    }
  }
}

function quote(text: string): string {
  const line = text.replace(/\s+/gu, " ");
  return line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH - 1)}…` : line;
}
