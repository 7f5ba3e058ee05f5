import * as Y from "yjs";
import { contentFault, decodeBounded, TooManyStructs } from "./document-fault.ts";

/**
 * Structs that an update may have beyond four for each of its bytes: Yjs's second encoding can say very many in very few, and an honest document
 * in which a few values are changed over and over by many does. To read so many takes a tenth of a second.
 */
export const STORED_STRUCTS = 262_144;
/** Of one that is said: what one person does in a moment, and several times a second may be read. */
export const SAID_STRUCTS = 4_096;
const STRUCTS_A_BYTE = 4;

/** Why nobody should apply this update, which need not be whole, or `undefined`. It is read without a document: what is refused reaches none. */
export function updateFault(update: Uint8Array, structs: number): string | undefined {
  const most = structs + STRUCTS_A_BYTE * update.length;
  try {
    const decoded = decodeBounded(update, most);
    for (const struct of decoded.structs) {
      const { id, length } = struct;
      if (!isPlace(id.client) || !isPlace(id.clock) || !isPlace(id.clock + length) || length < 1)
        return "a struct without a place";
      const fault = struct instanceof Y.Item ? contentFault(struct) : undefined;
      if (fault !== undefined) return fault;
    }
    for (const [client, ranges] of decoded.ds.clients)
      for (const { clock, len } of ranges)
        if (!isPlace(client) || !isPlace(clock) || !isPlace(clock + len) || len < 1) return "a deletion of no place";
    return undefined;
  } catch (error) {
    return error instanceof TooManyStructs ? `more than ${most} structs` : "no update of Yjs";
  }
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
