import { DRILL_MS, sayInDrill } from "./drill-entries.ts";
import type { NodeId, Replicator } from "@vecmesh/sdk";
import type { DrillMetadata } from "./entry-metadata.ts";
import type { NoteWriter } from "./note-writer.ts";

const THEIR_TEXT = "Team lunch is on Thursday evening";

/** The other side of a conflict drill: says that it is ready, and writes when it sees that who asked has left. */
export class DrillPartner {
  readonly #replicator: Replicator;
  readonly #writer: NoteWriter;
  /** What to write in, by who will leave. */
  readonly #expected = new Map<string, DrillMetadata>();

  constructor(replicator: Replicator, writer: NoteWriter) {
    this.#replicator = replicator;
    this.#writer = writer;
  }

  /** Takes note of a drill entry that has arrived. */
  async hear(metadata: DrillMetadata): Promise<void> {
    const { step, to, from, askedAt } = metadata;
    if (step !== "ask" || to !== this.#replicator.nodeId || Math.abs(Date.now() - askedAt) > DRILL_MS) return;
    this.#expected.set(from, metadata);
    await sayInDrill(this.#replicator, { ...metadata, step: "ready" });
  }

  /** Somebody has left. */
  async left(nodeId: NodeId): Promise<void> {
    const drill = this.#expected.get(nodeId);
    if (drill === undefined) return;
    this.#expected.delete(nodeId);
    if (Math.abs(Date.now() - drill.askedAt) > 2 * DRILL_MS) return;
    await this.#writer.put(drill.noteId, THEIR_TEXT, Date.now(), "one");
  }
}
