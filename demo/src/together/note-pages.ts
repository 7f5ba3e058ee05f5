import { MeshProvider, type SharedReplicator } from "@vecmesh/sdk/yjs";
import type { Awareness } from "y-protocols/awareness";
import { replicaName } from "../words/replica-name.ts";
import { Topic } from "../topic.ts";
import * as Y from "yjs";

/** Somebody else in the room, and which note they look at. */
export interface Onlooker {
  readonly nodeId: string;
  readonly noteId: string;
}

/**
 * Each note has a page on which all write together: a text of one Yjs document, which lies beside the notes in the same room and store. With it goes
 * who is there, in which colour, where their cursor stands and which note they look at.
 */
export class NotePages {
  /** A page has been written on, or somebody looks at something else. */
  readonly changed = new Topic<void>();
  readonly #doc = new Y.Doc();
  readonly #provider: MeshProvider;
  #open: string | undefined;

  constructor(replicator: SharedReplicator, report: (error: unknown) => void) {
    this.#provider = new MeshProvider(replicator, this.#doc, { name: "pages" });
    this.#provider.on("error", report);
    const { name, hue } = replicaName(replicator.nodeId);
    this.awareness.setLocalState({
      // By these names editors' bindings look for them.
      user: { name, color: `hsl(${hue} 55% 42%)`, colorLight: `hsl(${hue} 70% 50% / 0.28)` },
      nodeId: replicator.nodeId,
    });
    this.#doc.on("update", () => this.changed.publish());
    this.awareness.on("change", () => this.changed.publish());
  }

  get awareness(): Awareness {
    return this.#provider.awareness;
  }

  /** Resolves when what this tab holds of all pages can be read. */
  get ready(): Promise<void> {
    return this.#provider.whenLoaded;
  }

  textOf(noteId: string): Y.Text {
    return this.#doc.getText(noteId);
  }

  wordsOn(noteId: string): number {
    return this.#doc.share.has(noteId) ? (this.textOf(noteId).toJSON().match(/\S+/gu)?.length ?? 0) : 0;
  }

  /** Tells the others which note this tab looks at; `undefined`: none. */
  lookAt(noteId: string | undefined): void {
    if (noteId === this.#open) return;
    this.#open = noteId;
    const { cursor: _gone, ...state } = this.awareness.getLocalState() ?? {};
    this.awareness.setLocalState({ ...state, noteId: noteId ?? null });
  }

  /** The others that look at a note. Peers can say anything: what this demo does not say is left out. */
  onlookers(): Onlooker[] {
    const { clientID } = this.awareness;
    return [...this.awareness.getStates()].flatMap(([client, { nodeId, noteId }]) =>
      client !== clientID && typeof nodeId === "string" && typeof noteId === "string" ? [{ nodeId, noteId }] : [],
    );
  }

  /** The note is deleted, and its page with it. */
  clear(noteId: string): void {
    const text = this.textOf(noteId);
    if (text.length > 0) text.delete(0, text.length);
  }
}
