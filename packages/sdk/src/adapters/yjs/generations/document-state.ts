import {
  createDecoder,
  hasContent,
  readTailAsUint8Array,
  readUint8,
  readUint8Array,
  readVarUint,
  readVarUint8Array,
} from "lib0/decoding";
import {
  createEncoder,
  toUint8Array,
  writeUint8,
  writeUint8Array,
  writeVarUint,
  writeVarUint8Array,
} from "lib0/encoding";
import { compareDots, type Dot, sameDot } from "../../../core/dot.ts";
import type { Origin } from "../../../core/node-id.ts";

/** Yjs begins an update with 0, which is what a document of the first generation is as long as nothing of it has been cut. */
const LAYOUT = 1;
const ORIGIN_BYTES = 8;
/** Cuts that were proposed at once: by so many replicas that had not heard of each other's. Of more, those with the lowest dots count. */
export const MAX_CUTS = 4;
/** Some 12 bytes for each of their editors. Whoever comes with an older one, after a lease, adds all that it shows. */
export const REMEMBERED_GENERATIONS = 8;

/** A state of the document that a write has proposed to begin a new generation with. */
export interface Cut {
  /** The write. */
  readonly by: Dot;
  /** In Yjs's second encoding. */
  readonly state: Uint8Array;
}

/** A client's clocks that went into the cut with which a generation ended. */
export interface Folded {
  /** How many. */
  readonly clock: number;
  readonly generation: number;
}

/** C11: where a document stands in the line of its generations. */
export interface Generation {
  /** How often it has been renewed. */
  readonly generation: number;
  /** The cut that this generation began with. */
  readonly renewedBy: Dot | undefined;
  /** By client of the last REMEMBERED_GENERATIONS: what comes of them later, without its cut, is at least known by its name. */
  readonly folded: ReadonlyMap<number, Folded>;
  /** Proposed in this generation, sorted by dot. */
  readonly cuts: readonly Cut[];
}

export interface DocumentState extends Generation {
  /** Beyond the first cut's state; all, where there is none. */
  readonly update: Uint8Array;
}

export const FIRST_GENERATION: Generation = { generation: 0, renewedBy: undefined, folded: new Map(), cuts: [] };

/**
 * | field      | layout                                                       |
 * | ---------- | ------------------------------------------------------------ |
 * | layout     | `u8` 1; what begins with 0 is an update of Yjs and no more   |
 * | generation | `uint`                                                       |
 * | renewedBy  | unless generation is 0: Dot, as 8 bytes and `uint`           |
 * | folded     | `uint` count, then by client: `uint` client, `uint` clock and `uint` how many generations ago |
 * | cuts       | `uint` count, then Dot and `bytes`, by dot                   |
 * | update     | the rest                                                     |
 */
export function encodeState(state: DocumentState): Uint8Array {
  const { generation, renewedBy, folded, cuts, update } = state;
  if (generation === 0 && folded.size === 0 && cuts.length === 0) return update;
  const encoder = createEncoder();
  writeUint8(encoder, LAYOUT);
  writeVarUint(encoder, generation);
  if (renewedBy !== undefined) writeDot(encoder, renewedBy);
  writeVarUint(encoder, folded.size);
  for (const [client, { clock, generation: ended }] of [...folded].sort(([a], [b]) => a - b)) {
    writeVarUint(encoder, client);
    writeVarUint(encoder, clock);
    writeVarUint(encoder, generation - ended);
  }
  writeVarUint(encoder, cuts.length);
  for (const cut of cuts) {
    writeDot(encoder, cut.by);
    writeVarUint8Array(encoder, cut.state);
  }
  writeUint8Array(encoder, update);
  return toUint8Array(encoder);
}

/** @throws Error where it is none; what is in the updates is not looked at. */
export function decodeState(bytes: Uint8Array): DocumentState {
  if (bytes[0] !== LAYOUT) return { ...FIRST_GENERATION, update: bytes };
  const decoder = createDecoder(bytes);
  readUint8(decoder);
  const generation = readVarUint(decoder);
  const renewedBy = generation === 0 ? undefined : readDot(decoder);
  const folded = new Map<number, Folded>();
  let last = -1;
  for (let left = readVarUint(decoder); left > 0; left--) {
    const client = readVarUint(decoder);
    const clock = readVarUint(decoder);
    const ended = generation - readVarUint(decoder);
    if (client <= last || clock < 1 || ended < 0) throw new Error("clients out of order");
    folded.set((last = client), { clock, generation: ended });
  }
  const cuts: Cut[] = [];
  const count = readVarUint(decoder);
  if (count > MAX_CUTS) throw new Error("too many cuts");
  while (cuts.length < count) {
    const cut = { by: readDot(decoder), state: readVarUint8Array(decoder) };
    const before = cuts.at(-1);
    if (before !== undefined && compareDots(before.by, cut.by) >= 0) throw new Error("cuts out of order");
    cuts.push(cut);
  }
  if (!hasContent(decoder)) throw new Error("no update");
  return { generation, renewedBy, folded, cuts, update: readTailAsUint8Array(decoder) };
}

function writeDot(encoder: ReturnType<typeof createEncoder>, { origin, seq }: Dot): void {
  for (let i = 0; i < ORIGIN_BYTES; i++) writeUint8(encoder, Number.parseInt(origin.slice(2 * i, 2 * i + 2), 16));
  writeVarUint(encoder, seq);
}

function readDot(decoder: ReturnType<typeof createDecoder>): Dot {
  const bytes = readUint8Array(decoder, ORIGIN_BYTES);
  const origin = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") as Origin;
  const seq = readVarUint(decoder);
  if (seq < 1) throw new Error("a dot without a number");
  return { origin, seq };
}

/** Whether two generations began with one cut: the first of all began with none. */
export function isSameGeneration(a: Generation["renewedBy"], b: Generation["renewedBy"]): boolean {
  return a === undefined || b === undefined ? a === b : sameDot(a, b);
}
