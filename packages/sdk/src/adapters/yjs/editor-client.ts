import * as Y from "yjs";
import type { Dot } from "../../core/dot.ts";
import type { EditorClaim } from "../../core/entry-document.ts";
import { uint53 } from "lib0/random";
import { mix } from "../../core/hash-mix.ts";

const GOLDEN = 0x9e3779b9;
/** What one client may go by, from one generation to the next, before it takes an id of which nothing is known; the last is `renewingClient`'s. */
const NAMES = 256;

/**
 * A Yjs client id that no other write is ever named after: a dot names one write for ever (C2), also after a restored backup or in a copied
 * store, where an id that had been kept would give one (client, clock) to two different edits and tear the document apart. 53 bits, which is
 * all that Yjs can hold, and the lowest 8 of them 0: of the 32 that it draws by itself, 10,000 editors of one document would have one chance in 86 to be
 * two with one id; so they have one in 700,000.
 */
export function clientOf({ origin, seq }: Dot): number {
  const [first, second] = [Number.parseInt(origin.slice(0, 8), 16), Number.parseInt(origin.slice(8), 16)];
  const rest = Math.floor(seq / 2 ** 32);
  const low = mix(mix((first ^ seq) >>> 0) + rest);
  const high = mix(mix((second ^ seq ^ GOLDEN) >>> 0) + rest) & (2 ** 21 - 1);
  return firstName(high, low);
}

function firstName(high: number, low: number): number {
  return high * 2 ** 32 + low - (low % NAMES);
}

/**
 * What a client goes by in the next generation of a document (C11), which begins its clocks again. Ids are in the same order as before:
 * by them Yjs decides what stands first of what was written at one place at once.
 */
export function laterClient(client: number): number {
  if (client % NAMES < NAMES - 2) return client + 1;
  const [low, high] = [client >>> 0, Math.floor(client / 2 ** 32)];
  return firstName(mix(mix(low) + high) & (2 ** 21 - 1), mix(mix((low ^ GOLDEN) >>> 0) + high));
}

/** Who writes a new generation that begins with this write's cut: nobody else goes by that (C11). */
export function renewingClient(cut: Dot): number {
  return clientOf(cut) + NAMES - 1;
}

/** For a document that says its edits before they are stored; never used again. */
export function openedClient(): number {
  const client = uint53();
  return client - (client % NAMES);
}

/**
 * The client under which a document is edited next: the one of the edit before, so that many edits cost as much as one, if the document
 * holds exactly what that has made. It does not after a delete, a failed commit or a damaged store: the same clocks would be given anew.
 */
export function editorOf(document: Y.Doc, dot: Dot, claim: EditorClaim | undefined): number {
  const goesOn = claim !== undefined && Y.getState(document.store, claim.client) === claim.clock;
  return goesOn ? claim.client : clientOf(dot);
}
