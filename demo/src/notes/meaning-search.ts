import type { Embedding } from "../meaning/embedding.ts";
import { isNote, isWord, readMetadata } from "./entry-metadata.ts";
import type { Replicator } from "@vecmesh/sdk";
import { Topic } from "../topic.ts";

/** Notes that are ranked: more than anybody reads through. */
const RANKED_NOTES = 200;
/** The nearest words that are named beside the notes: a line or two of them. */
const NEAREST_WORDS = 10;

export interface Found {
  /** Whether the vocabulary has any of the words asked for: otherwise what is near them means nothing. */
  readonly known: boolean;
  /** Likeness by note id, nearest first. */
  readonly notes: ReadonlyMap<string, number>;
  readonly words: readonly { readonly word: string; readonly score: number }[];
}

/** Ranks what this replica holds by likeness to a text, again whenever the text or the entries change. */
export class MeaningSearch {
  /** Something else was found; `undefined` when nothing is asked any more. */
  readonly changed = new Topic<Found | undefined>();
  readonly #replicator: Pick<Replicator, "search">;
  readonly #embed: (text: string) => Embedding;
  #query = "";
  #running = false;
  #again = false;

  constructor(replicator: Pick<Replicator, "search">, embed: (text: string) => Embedding) {
    this.#replicator = replicator;
    this.#embed = embed;
  }

  /** Brings the replica's index up to date, which takes a moment with thousands of entries, before the first letter is typed. */
  async prepare(): Promise<void> {
    await this.#replicator.search(this.#embed("").vector, { k: 1 });
  }

  async ask(query: string): Promise<void> {
    this.#query = query.trim();
    if (this.#query === "") this.changed.publish(undefined);
    await this.refresh();
  }

  /** Asks the same again. One question is under way at a time; of those that come meanwhile only the last is asked. */
  async refresh(): Promise<void> {
    this.#again = this.#query !== "";
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        const query = this.#query;
        const found = await this.#find(query);
        if (query === this.#query) this.changed.publish(found);
      }
    } finally {
      this.#running = false;
    }
  }

  async #find(query: string): Promise<Found> {
    const { vector, words: understood } = this.#embed(query);
    const [notes, words] = await Promise.all([
      this.#replicator.search(vector, { k: RANKED_NOTES, metric: "cosine", filter: isNote }),
      this.#replicator.search(vector, { k: NEAREST_WORDS, metric: "cosine", filter: isWord }),
    ]);
    return {
      known: understood.length > 0,
      notes: new Map(notes.map(({ id, score }) => [id, score])),
      words: words.flatMap(({ entry, score }) => {
        const metadata = readMetadata(entry.metadata);
        return metadata?.kind === "word" ? [{ word: metadata.word, score }] : [];
      }),
    };
  }
}
