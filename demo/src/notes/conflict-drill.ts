import type { NodeId, Replicator } from "@vecmesh/sdk";
import { DRILL_MS, drillId, sayInDrill } from "./drill-entries.ts";
import type { DrillMetadata } from "./entry-metadata.ts";
import type { NoteCollection } from "./note-collection.ts";
import type { NoteWriter } from "./note-writer.ts";
import type { Presence } from "../presence.ts";
import { Topic } from "../topic.ts";
import { until } from "../until.ts";

/** How long this tab stays away: enough for the other to see it leave, which takes a goodbye or, at worst, a few missed pings. */
const AWAY_MS = 1_500;
/** Meeting again and syncing takes well under a second between tabs; a phone may need several. */
const MEET_MS = 20_000;

const OUR_TEXT = "Team lunch is on Monday at noon";

export type DrillOutcome =
  | { readonly kind: "conflict"; readonly noteId: string }
  | { readonly kind: "no-answer" | "no-conflict" };

/**
 * Makes a conflict on purpose: this tab and another write the same note, neither having seen the other's. This tab asks by an
 * entry, waits for the answer, leaves, writes and comes back; the other (drill-partner.ts) writes when it sees this one leave. So the
 * writes are concurrent by construction, and only this tab, which is the one in front, relies on timers.
 */
export class ConflictDrill {
  readonly #replicator: Replicator;
  readonly #writer: NoteWriter;
  readonly #collection: NoteCollection;
  readonly #presence: Presence;
  readonly #answered = new Set<string>();
  readonly #answers = new Topic<void>();

  constructor(replicator: Replicator, presence: Presence, writer: NoteWriter, collection: NoteCollection) {
    this.#replicator = replicator;
    this.#presence = presence;
    this.#writer = writer;
    this.#collection = collection;
  }

  /** Takes note of a drill entry that has arrived. */
  hear({ step, drill, from }: DrillMetadata): void {
    if (step !== "ready" || from !== this.#replicator.nodeId) return;
    this.#answered.add(drill);
    this.#answers.publish();
  }

  /** Asks each of `peers` in turn until one takes part. */
  async run(peers: readonly NodeId[]): Promise<DrillOutcome> {
    for (const to of peers) {
      const drill = crypto.randomUUID();
      const noteId = `note/${crypto.randomUUID()}`;
      const ask: DrillMetadata = {
        kind: "drill",
        step: "ask",
        drill,
        from: this.#replicator.nodeId,
        to,
        noteId,
        askedAt: Date.now(),
      };
      await sayInDrill(this.#replicator, ask);
      const answered = await until(this.#answers, () => this.#answered.delete(drill), DRILL_MS);
      if (answered) await this.#cross(noteId);
      await this.#replicator.deleteBatch([drillId(ask), drillId({ drill, step: "ready" })], { consistency: "one" });
      if (answered) return this.#outcome(noteId);
    }
    return { kind: "no-answer" };
  }

  async #cross(noteId: string): Promise<void> {
    await this.#presence.leave();
    try {
      await this.#writer.put(noteId, OUR_TEXT, Date.now(), "one");
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    } finally {
      await this.#presence.join();
    }
  }

  async #outcome(noteId: string): Promise<DrillOutcome> {
    const inConflict = (): boolean => (this.#collection.get(noteId)?.others.length ?? 0) > 0;
    const met = await until(this.#collection.changed, inConflict, MEET_MS);
    return met ? { kind: "conflict", noteId } : { kind: "no-conflict" };
  }
}
