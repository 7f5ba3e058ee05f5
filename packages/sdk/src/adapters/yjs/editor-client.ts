import * as Y from "yjs";
import type { Dot } from "../../core/dot.ts";
import type { EditorClaim } from "../../core/entry-document.ts";
import { mix } from "../../core/hash-mix.ts";

const GOLDEN = 0x9e3779b9;

/**
 * A Yjs client id that no other write is ever named after: a dot names one write for ever (C2), also after a restored backup or in a copied
 * store, where an id that had been kept would give one (client, clock) to two different edits and tear the document apart. 53 bits, which is
 * all that Yjs can hold: of the 32 that it draws by itself, 10,000 editors of one document would have one chance in 86 to be two with one id.
 */
export function clientOf({ origin, seq }: Dot): number {
  const [first, second] = [Number.parseInt(origin.slice(0, 8), 16), Number.parseInt(origin.slice(8), 16)];
  const rest = Math.floor(seq / 2 ** 32);
  const low = mix(mix((first ^ seq) >>> 0) + rest);
  const high = mix(mix((second ^ seq ^ GOLDEN) >>> 0) + rest) & (2 ** 21 - 1);
  return high * 2 ** 32 + low;
}

/**
 * The client under which a document is edited next: the one of the edit before, so that many edits cost as much as one, if the document
 * holds exactly what that has made. It does not after a delete, a failed commit or a damaged store: the same clocks would be given anew.
 */
export function editorOf(document: Y.Doc, dot: Dot, claim: EditorClaim | undefined): number {
  const goesOn = claim !== undefined && Y.getState(document.store, claim.client) === claim.clock;
  return goesOn ? claim.client : clientOf(dot);
}
