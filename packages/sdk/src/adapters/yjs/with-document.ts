import * as Y from "yjs";

/** A document for as long as it is looked at: none is kept for an entry. */
export function withDocument<T>(states: readonly Uint8Array[], use: (document: Y.Doc) => T): T {
  const document = new Y.Doc();
  try {
    for (const state of states) Y.applyUpdateV2(document, state);
    return use(document);
  } finally {
    document.destroy();
  }
}
