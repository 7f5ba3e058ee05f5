import { type JsonObject, type OpenedDocument, Replicator } from "@vecmesh/sdk";
import { crdt, increment } from "@vecmesh/sdk/yjs";
import type * as Y from "yjs";

declare global {
  interface Window {
    readonly documents: DocumentsPage;
  }
}

/** Of every note: these tests are about documents. */
const VECTOR: Float32Array = Float32Array.of(1, 0);

/** A replica of a room of documents, and a text area that is bound to one of them. */
class DocumentsPage {
  #replica: Replicator<JsonObject, Y.Doc> | undefined;

  get replica(): Replicator<JsonObject, Y.Doc> {
    if (this.#replica === undefined) throw new Error("No replica is open in this tab.");
    return this.#replica;
  }

  async join(room: string): Promise<void> {
    const conflictResolution = crdt({ fields: { body: "text", tags: "list", likes: "counter" } });
    this.#replica = await Replicator.create({ room, conflictResolution, dimensions: 2, consistencyLevel: "one" });
    await this.#replica.start();
  }

  async shown(id: string): Promise<JsonObject | undefined> {
    return (await this.replica.get(id))?.metadata;
  }

  async tag(id: string, tag: string): Promise<void> {
    await this.replica.update(id, (doc) => doc.getArray("tags").push([tag]), { vector: VECTOR });
  }

  /** One after another, each a write of its own. */
  async like(id: string, times: number): Promise<void> {
    for (let i = 0; i < times; i++) await this.replica.update(id, (doc) => increment(doc, "likes"), { vector: VECTOR });
  }

  /** Binds the page's text area to the note's body. */
  async edit(id: string): Promise<void> {
    bind(document.querySelector("textarea")!, await this.replica.doc(id, { vector: VECTOR }));
  }
}

/** What a text area needs of an editor binding: what is typed goes into the document, what comes from it shows and leaves the cursor. */
function bind(area: HTMLTextAreaElement, { doc }: OpenedDocument<Y.Doc>): void {
  const text = doc.getText("body");
  area.value = text.toJSON();
  area.addEventListener("input", () => {
    const [before, value] = [text.toJSON(), area.value];
    let from = 0;
    while (from < before.length && from < value.length && before[from] === value[from]) from++;
    let end = 0;
    while (end < Math.min(before.length, value.length) - from && before.at(-1 - end) === value.at(-1 - end)) end++;
    doc.transact(() => {
      text.delete(from, before.length - from - end);
      text.insert(from, value.slice(from, value.length - end));
    }, area);
  });
  text.observe((event) => {
    if (event.transaction.origin === area) return;
    const [start, end] = [area.selectionStart, area.selectionEnd].map((at) => moved(at, event.delta));
    area.value = text.toJSON();
    area.setSelectionRange(start ?? 0, end ?? 0);
  });
}

/** Where a place in the text is after a change. */
function moved(place: number, delta: Y.YTextEvent["delta"]): number {
  let [at, to] = [0, place];
  for (const { retain = 0, delete: deleted = 0, insert = "" } of delta) {
    at += retain;
    if (at >= to) break;
    to = Math.max(at, to - deleted);
    if (typeof insert === "string") [at, to] = [at + insert.length, to + insert.length];
  }
  return to;
}

Object.defineProperty(window, "documents", { value: new DocumentsPage() });
