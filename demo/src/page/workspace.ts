import { embed, type Embedding } from "../meaning/embedding.ts";
import { createNotices, type Notices } from "../view/notices.ts";
import { errorWordsOf } from "../view/error-words-of.ts";
import { MeaningSearch } from "../notes/meaning-search.ts";
import { NOT_CONFIRMED } from "../words/error-words.ts";
import { NoteCollection } from "../notes/note-collection.ts";
import { NotePages } from "../together/note-pages.ts";
import { NoteWriter } from "../notes/note-writer.ts";
import { Presence } from "../presence.ts";
import type { Replicator } from "@vecmesh/sdk";
import { Topic } from "../topic.ts";
import { UnconfirmedWrites } from "../notes/unconfirmed-writes.ts";
import type { Vocabulary } from "../meaning/vocabulary.ts";

/** What the columns of the page share. */
export interface Workspace {
  readonly replicator: Replicator;
  readonly vocabulary: Vocabulary;
  readonly embed: (text: string) => Embedding;
  readonly collection: NoteCollection;
  readonly writer: NoteWriter;
  readonly presence: Presence;
  readonly search: MeaningSearch;
  readonly pages: NotePages;
  readonly notices: Notices;
  /** Somebody asks to see this note. */
  readonly reveal: Topic<string>;
  /** Shows an error that the person should know of. */
  readonly report: (error: unknown) => void;
}

export function createWorkspace(room: string, replicator: Replicator, vocabulary: Vocabulary): Workspace {
  const notices = createNotices();
  const report = (error: unknown): void => notices.show(errorWordsOf(error));
  const embedHere = (text: string): Embedding => embed(text, vocabulary);
  const writer = new NoteWriter(replicator, embedHere, new UnconfirmedWrites(localStorage, room, replicator.nodeId));
  writer.failed.subscribe(report);
  writer.changed.subscribe(() => {
    if (writer.unconfirmed.length === 0) notices.dismiss(NOT_CONFIRMED);
  });
  return {
    replicator,
    vocabulary,
    embed: embedHere,
    collection: new NoteCollection(),
    writer,
    presence: new Presence(replicator),
    search: new MeaningSearch(replicator, embedHere),
    pages: new NotePages(replicator, report),
    notices,
    reveal: new Topic(),
    report,
  };
}
