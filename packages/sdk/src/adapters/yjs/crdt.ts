import * as Y from "yjs";
import { assignDocument, checkFields, type CrdtFields, isFieldKind, METADATA, showDocument } from "./entry-fields.ts";
import type { ConflictResolution } from "../../core/conflict-resolution.ts";
import { decodeState } from "./generations/document-state.ts";
import { documentFault } from "./document-fault.ts";
import type { Edit } from "../../core/entry-document.ts";
import { edited } from "./generations/edited-document.ts";
import { editorOf } from "./editor-client.ts";
import { type IsBloated, isBloated } from "./generations/bloat.ts";
import { LiveDocument } from "./live-document.ts";
import { replicationError } from "../../core/replication-error.ts";
import { withDocument } from "./generations/merged-document.ts";

type CrdtResolution = ConflictResolution<never, Y.Doc> & { readonly mode: "crdt" };

export interface CrdtOptions {
  /**
   * The fields that are more than values. `text`: the document's `getText(name)`; `list`: its `getArray(name)`; `counter`: see `increment`.
   * All others are values in its `getMap("metadata")`, of which the last one written stays, each for itself. Two replicas with other fields
   * hold the same and show it differently, which an `error` event tells.
   */
  readonly fields?: CrdtFields;
}

/**
 * An entry's metadata is a Yjs document: concurrent edits of fields, texts, lists and counters all survive, and what `get` shows is their
 * merge as JSON (C6). The vector is a register beside it, of which the last one written stays.
 * @throws ReplicationError `invalid-config`
 */
export function crdt(options: CrdtOptions = {}): CrdtResolution {
  return crdtWith(options, isBloated);
}

/** @param isBloated when a document is to be given a new generation (C11). */
export function crdtWith(options: CrdtOptions, isBloated: IsBloated): CrdtResolution {
  const fields = checked(options.fields ?? {});
  const editBy = (change: (document: Y.Doc) => unknown): Edit => editOf(change, isBloated);
  return {
    mode: "crdt",
    version: versionOf(fields),
    documents: {
      fault: documentFault,
      // What a document holds is whatever its editors have put there; the type parameter is the caller's word for it.
      show: (states) => withDocument(states, (document) => showDocument(document, fields)) as never,
      assign: (id, metadata) => {
        checkFields(id, metadata, fields);
        return editBy((document) => assignDocument(document, metadata, fields));
      },
      edit: editBy,
      open: (host) => LiveDocument.open(host, isBloated),
    },
  };
}

function editOf(change: (document: Y.Doc) => unknown, isBloated: IsBloated): Edit {
  return (siblings, dot, claim, isEverywhere) =>
    edited(siblings.map(decodeState), { dot, isEverywhere, isBloated }, (document) => {
      const client = editorOf(document, dot, claim);
      document.clientID = client;
      let changed = siblings.length === 0;
      document.on("update", () => {
        changed = true;
      });
      const result = document.transact(() => change(document));
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw unusable("the edit returned a promise. Do all of it before it returns: what comes later is lost");
      }
      return { changed, claim: { client, clock: Y.getState(document.store, client) } };
    });
}

function checked(fields: CrdtFields): CrdtFields {
  for (const [name, kind] of Object.entries(fields)) {
    const isFine = isFieldKind(kind) && name !== METADATA && name !== "__proto__";
    if (isFine) continue;
    const message = `The field ${JSON.stringify(name)} of crdt must be 'text', 'list' or 'counter', and not be called "${METADATA}".`;
    throw replicationError("invalid-config", message, { option: "conflictResolution" });
  }
  return { ...fields };
}

function versionOf(fields: CrdtFields): string {
  return Object.entries(fields)
    .map(([name, kind]) => `${encodeURIComponent(name)}=${kind}`)
    .sort()
    .join(",");
}

function unusable(reason: string): Error {
  return replicationError("invalid-entry", `Nothing is stored: ${reason}.`, { id: undefined });
}
