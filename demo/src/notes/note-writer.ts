import type { ConsistencyLevel, NodeId, Replicator, WriteReceipt } from "@vecmesh/sdk";
import type { Embedding } from "../meaning/embedding.ts";
import type { LastWrite } from "./last-write.ts";
import { missingAcknowledgements } from "./missing-acknowledgements.ts";
import type { Note } from "./note.ts";
import { Topic } from "../topic.ts";
import type { UnconfirmedWrite, UnconfirmedWrites } from "./unconfirmed-writes.ts";

interface Change {
  readonly noteId: string;
  readonly text: string;
  readonly level: ConsistencyLevel;
  readonly deleted: boolean;
  readonly begin: () => Promise<WriteReceipt>;
}

/** Writes, edits and deletes notes, and keeps account of what the others have not confirmed. */
export class NoteWriter {
  /** A write began, was acknowledged or was not. */
  readonly changed = new Topic<void>();
  /** A write did not end as it should: too few acknowledged it, or nothing was written. */
  readonly failed = new Topic<unknown>();
  readonly #replicator: Replicator;
  readonly #embed: (text: string) => Embedding;
  readonly #unconfirmed: UnconfirmedWrites;
  readonly #waiting = new Set<string>();
  #lastWrite: LastWrite | undefined;

  constructor(replicator: Replicator, embed: (text: string) => Embedding, unconfirmed: UnconfirmedWrites) {
    this.#replicator = replicator;
    this.#embed = embed;
    this.#unconfirmed = unconfirmed;
  }

  get lastWrite(): LastWrite | undefined {
    return this.#lastWrite;
  }

  get unconfirmed(): readonly UnconfirmedWrite[] {
    return this.#unconfirmed.all();
  }

  stateOf(noteId: string): "saved" | "saving" | "unconfirmed" {
    if (this.#waiting.has(noteId)) return "saving";
    return this.#unconfirmed.get(noteId) === undefined ? "saved" : "unconfirmed";
  }

  async add(text: string, level: ConsistencyLevel): Promise<void> {
    await this.put(`note/${crypto.randomUUID()}`, text, Date.now(), level);
  }

  /** Writes a text that has seen every version of the note that is here: a conflict ends with it. */
  async edit(note: Note, text: string, level: ConsistencyLevel): Promise<void> {
    await this.put(note.id, text, note.createdAt, level);
  }

  async put(noteId: string, text: string, createdAt: number, level: ConsistencyLevel): Promise<void> {
    const metadata = { kind: "note", text, author: this.#replicator.nodeId, createdAt };
    const entry = { id: noteId, vector: this.#embed(text).vector, metadata };
    const begin = (): Promise<WriteReceipt> => this.#replicator.write(entry, { consistency: level });
    await this.#settle({ noteId, text, level, deleted: false, begin });
  }

  async remove(note: Note, level: ConsistencyLevel): Promise<void> {
    const begin = (): Promise<WriteReceipt> => this.#replicator.delete(note.id, { consistency: level });
    await this.#settle({ noteId: note.id, text: `Deleted: ${note.text}`, level, deleted: true, begin });
  }

  /** Asks the others again whether they hold a write that was not confirmed. Writes nothing. */
  async retry(noteId: string, text: string): Promise<void> {
    const write = this.#unconfirmed.get(noteId);
    if (write === undefined || this.#waiting.has(noteId)) return;
    const { level, deleted, dots } = write;
    const begin = (): Promise<WriteReceipt> => this.#replicator.confirm(dots, { consistency: level });
    await this.#settle({ noteId, text, level, deleted, begin });
  }

  async retryAll(textOf: (noteId: string) => string): Promise<void> {
    await Promise.all(this.#unconfirmed.all().map(({ noteId }) => this.retry(noteId, textOf(noteId))));
  }

  /** The same, unasked: somebody has come who may have them. Says nothing where it does not help. */
  async confirmQuietly(): Promise<void> {
    await Promise.all(this.#unconfirmed.all().map((write) => this.#confirmQuietly(write)));
  }

  async #confirmQuietly(write: UnconfirmedWrite): Promise<void> {
    const { noteId, dots, level } = write;
    try {
      const { required, acks } = await this.#replicator.confirm(dots, { consistency: level });
      if (this.#unconfirmed.get(noteId) !== write) return;
      this.#unconfirmed.remove(noteId);
      if (this.#lastWrite?.noteId === noteId)
        this.#lastWrite = { ...this.#lastWrite, state: "acknowledged", required, acks };
      this.changed.publish();
    } catch (error) {
      if (missingAcknowledgements(error) === undefined) this.failed.publish(error);
    }
  }

  async #settle(change: Change): Promise<void> {
    const { noteId, begin } = change;
    const startedAt = performance.now();
    this.#waiting.add(noteId);
    this.#report(change, "waiting", 0, [], undefined);
    try {
      const receipt = await begin();
      this.#unconfirmed.remove(noteId);
      this.#report(change, "acknowledged", receipt.required, receipt.acks, performance.now() - startedAt);
    } catch (error) {
      this.#notAcknowledged(change, error, performance.now() - startedAt);
    } finally {
      this.#waiting.delete(noteId);
      this.changed.publish();
    }
  }

  #notAcknowledged(change: Change, error: unknown, tookMs: number): void {
    const missing = missingAcknowledgements(error);
    if (missing === undefined) {
      this.#lastWrite = undefined;
    } else {
      const { noteId, level, deleted } = change;
      this.#unconfirmed.add({ noteId, dots: missing.dots, level, deleted });
      this.#report(change, "unconfirmed", missing.required, missing.acks, tookMs);
    }
    this.failed.publish(error);
  }

  #report(
    { noteId, text, level }: Change,
    state: LastWrite["state"],
    required: number,
    acks: readonly NodeId[],
    tookMs: number | undefined,
  ): void {
    this.#lastWrite = { noteId, text, level, state, required, acks, tookMs };
    this.changed.publish();
  }
}
