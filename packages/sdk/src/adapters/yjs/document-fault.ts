import * as Y from "yjs";
import { decodeState, type DocumentState } from "./generations/document-state.ts";
import { MAX_DOCUMENT_BYTES, MAX_METADATA_DEPTH } from "../../core/codec/limits.ts";

/**
 * Structs (runs of what one editor has made at one place) in one entry's document. Yjs's second encoding can say very many in few bytes, and
 * to put concurrent ones in order takes time that grows with their square.
 */
export const MAX_DOCUMENT_STRUCTS = 32_768;
/** Edits by one client: what one editor makes in years. */
const MAX_CLOCK: number = 2 ** 40;

/** Thrown, since only so can Yjs's own reader be stopped. */
export class TooManyStructs extends Error {}

type Decoded = ReturnType<typeof Y.decodeUpdateV2>;

/**
 * Yjs's decoder repeats run-length values for as long as it is asked: a few bytes could keep it busy for ever.
 * @throws TooManyStructs, and whatever Yjs throws for what is no update.
 */
export function decodeBounded(update: Uint8Array, maxStructs: number): Decoded {
  let left = maxStructs;
  class BoundedDecoder extends Y.UpdateDecoderV2 {
    override readInfo(): number {
      if (--left < 0) throw new TooManyStructs();
      return super.readInfo();
    }
  }
  return Y.decodeUpdateV2(update, BoundedDecoder);
}

/**
 * Why these bytes are not the whole state of an entry's document, or `undefined`. They are read without a document: what is refused
 * reaches none. Whole means that nothing in it refers to what is not in it, which Yjs would keep aside and never show.
 */
export function documentFault(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_DOCUMENT_BYTES) return `more than ${MAX_DOCUMENT_BYTES} bytes`;
  let state: DocumentState;
  try {
    state = decodeState(bytes);
  } catch {
    return "no state of a document";
  }
  for (const [client, { clock }] of state.folded)
    if (!Number.isSafeInteger(client) || !(clock <= MAX_CLOCK)) return "a client that is no id";
  const [first, ...others] = state.cuts.map((cut) => cut.state);
  for (const update of others) {
    const fault = wholeFault([update]);
    if (fault !== undefined) return fault;
  }
  return wholeFault(first === undefined ? [state.update] : [first, state.update]);
}

/** Of updates of which each goes on where the one before it ends. */
function wholeFault(updates: readonly Uint8Array[]): string | undefined {
  const clocks = new Map<number, number>();
  let left = MAX_DOCUMENT_STRUCTS;
  for (const update of updates) {
    let decoded: Decoded;
    try {
      decoded = decodeBounded(update, left);
    } catch (error) {
      return error instanceof TooManyStructs ? `more than ${MAX_DOCUMENT_STRUCTS} structs` : "no update of Yjs";
    }
    left -= decoded.structs.length;
    const fault = continuationFault(decoded, clocks);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** @param clocks of what comes before it; it is brought up to date. */
function continuationFault({ structs, ds }: Decoded, clocks: Map<number, number>): string | undefined {
  for (const { id, length } of structs) {
    if (!Number.isSafeInteger(id.client) || id.client < 0) return "a client that is no id";
    if (id.clock !== (clocks.get(id.client) ?? 0)) return "a gap in a client's edits";
    if (!(Number.isSafeInteger(length) && length >= 1 && id.clock + length <= MAX_CLOCK))
      return "a struct without a size";
    clocks.set(id.client, id.clock + length);
  }
  const isKnown = (id: Y.ID): boolean =>
    Number.isInteger(id.clock) && id.clock >= 0 && id.clock < (clocks.get(id.client) ?? 0);
  for (const struct of structs) {
    const fault = structFault(struct, isKnown);
    if (fault !== undefined) return fault;
  }
  return deletedFault(ds, clocks);
}

function structFault(struct: Decoded["structs"][number], isKnown: (id: Y.ID) => boolean): string | undefined {
  if (struct instanceof Y.Skip) return "a gap in a client's edits";
  if (!(struct instanceof Y.Item)) return undefined;
  const { origin, rightOrigin } = struct;
  const parent: unknown = struct.parent;
  for (const id of [origin, rightOrigin, parent]) {
    if (!(id instanceof Y.ID)) continue;
    // Yjs looks for what a client itself has made without asking whether it has come yet.
    const isOwnLater = id.client === struct.id.client && id.clock >= struct.id.clock;
    if (isOwnLater || !isKnown(id)) return "a place that it does not hold";
  }
  if (struct.content instanceof Y.ContentDoc) return "a document within the document";
  return contentFault(struct);
}

/** Of what an item says, wherever it is. */
export function contentFault({ parentSub, content }: Y.Item): string | undefined {
  if (parentSub === "__proto__") return "a key __proto__";
  if (!namesOf(content).every((name) => typeof name === "string")) return "a name that is none";
  return valuesOf(content).some((value) => !isPlain(value, 1)) ? "a value that is no plain one" : undefined;
}

/** Yjs reads a name out of a table, and takes what is not in it for `undefined`. */
function namesOf(content: Y.Item["content"]): readonly unknown[] {
  if (content instanceof Y.ContentFormat) return [content.key];
  if (!(content instanceof Y.ContentType)) return [];
  if (content.type instanceof Y.XmlElement) return [content.type.nodeName];
  return content.type instanceof Y.XmlHook ? [content.type.hookName] : [];
}

function valuesOf(content: Y.Item["content"]): readonly unknown[] {
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return content.arr;
  if (content instanceof Y.ContentEmbed) return [content.embed];
  if (content instanceof Y.ContentFormat) return [content.value];
  return [];
}

/** What was decoded from a key `__proto__` has another prototype. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  if (depth > MAX_METADATA_DEPTH) return false;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.entries(value).every(([key, child]) => key !== "__proto__" && isPlain(child, depth + 1));
}

function deletedFault(deleted: Decoded["ds"], clocks: ReadonlyMap<number, number>): string | undefined {
  for (const [client, ranges] of deleted.clients) {
    for (const { clock, len } of ranges) {
      const isKnown =
        Number.isSafeInteger(clock + len) && clock >= 0 && len >= 1 && clock + len <= (clocks.get(client) ?? 0);
      if (!isKnown) return "a deletion of what it does not hold";
    }
  }
  return undefined;
}
