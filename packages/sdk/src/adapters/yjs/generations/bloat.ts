import * as Y from "yjs";

/** A history of so many times what it shows is worth a new generation, which for some seconds costs the old one's cut beside it. */
const BLOAT = 4;
/** What is shorter is not worth the cut. */
const MIN_BLOATED_BYTES = 256;
/** Of an update that says nothing, and of a value's or a type's frame in it. */
const FRAME_BYTES = 24;
const ITEM_BYTES = 4;

/** Whether a document, whose whole state takes so many bytes, is mostly history. */
export type IsBloated = (document: Y.Doc, bytes: number) => boolean;

export const isBloated: IsBloated = (document, bytes) =>
  bytes > MIN_BLOATED_BYTES && bytes > BLOAT * shownBytes(document);

/** About what an update of the document would take that was written at once. */
function shownBytes(document: Y.Doc): number {
  let bytes = FRAME_BYTES;
  for (const structs of document.store.clients.values())
    for (const struct of structs)
      if (struct instanceof Y.Item && !struct.deleted)
        bytes += contentBytes(struct.content) + (struct.parentSub?.length ?? 0);
  return bytes;
}

function contentBytes(content: Y.Item["content"]): number {
  if (content instanceof Y.ContentString) return content.str.length;
  if (content instanceof Y.ContentBinary) return content.content.length + ITEM_BYTES;
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return jsonBytes(content.arr);
  if (content instanceof Y.ContentEmbed) return jsonBytes(content.embed);
  if (content instanceof Y.ContentFormat) return jsonBytes([content.key, content.value]);
  if (content instanceof Y.ContentType && content.type instanceof Y.XmlElement)
    return content.type.nodeName.length + ITEM_BYTES;
  return ITEM_BYTES;
}

function jsonBytes(value: unknown): number {
  return (
    ITEM_BYTES + (JSON.stringify(value, (_key, child: unknown) => (typeof child === "bigint" ? 0 : child))?.length ?? 0)
  );
}
