import type { JsonObject } from "@vecmesh/sdk";

/** What the composer lets a person type: a note, not a document, and whole on a map's label. */
export const MAX_NOTE_LENGTH = 500;
/** What is shown of a note that came from elsewhere; a merge of several full notes fits. */
const MAX_SHOWN_LENGTH = 4_000;
/** The longest word of the vocabulary has 20 letters. */
const MAX_WORD_LENGTH = 64;

/** A note that a person wrote. */
export interface NoteMetadata {
  readonly kind: "note";
  readonly text: string;
  /** The node id of the replica that wrote it. */
  readonly author: string;
  /** When the note was first written, by that writer's clock: milliseconds since 1970. Edits keep it. */
  readonly createdAt: number;
}

/** One of the 5,000 loaded words. */
export interface WordMetadata {
  readonly kind: "word";
  readonly word: string;
}

/** A word between two tabs that make a conflict on purpose (conflict-drill.ts). */
export interface DrillMetadata {
  readonly kind: "drill";
  readonly step: "ask" | "ready";
  /** Names one drill. */
  readonly drill: string;
  /** The node ids of who asks and who is asked, in both steps. */
  readonly from: string;
  readonly to: string;
  readonly noteId: string;
  /** By the clock of who asks: milliseconds since 1970. */
  readonly askedAt: number;
}

export type EntryMetadata = NoteMetadata | WordMetadata | DrillMetadata;

/**
 * What an entry is. Peers can store any JSON: what this demo did not write is `undefined`, and text is cut to what the page can show.
 */
export function readMetadata(metadata: JsonObject): EntryMetadata | undefined {
  const { kind, text, author, createdAt, word } = metadata;
  if (kind === "note" && typeof text === "string" && typeof author === "string" && typeof createdAt === "number")
    return { kind, text: text.slice(0, MAX_SHOWN_LENGTH), author, createdAt };
  if (kind === "word" && typeof word === "string") return { kind, word: word.slice(0, MAX_WORD_LENGTH) };
  if (kind === "drill") return readDrill(metadata);
  return undefined;
}

function readDrill({ step, drill, from, to, noteId, askedAt }: JsonObject): DrillMetadata | undefined {
  if ((step !== "ask" && step !== "ready") || typeof askedAt !== "number") return undefined;
  if (typeof drill !== "string" || typeof from !== "string" || typeof to !== "string" || typeof noteId !== "string")
    return undefined;
  return { kind: "drill", step, drill, from, to, noteId, askedAt };
}

export function isNote(metadata: JsonObject): boolean {
  return readMetadata(metadata)?.kind === "note";
}

export function isWord(metadata: JsonObject): boolean {
  return readMetadata(metadata)?.kind === "word";
}
