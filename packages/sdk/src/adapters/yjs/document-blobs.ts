import { fromBase64, toBase64 } from "lib0/buffer";
import type { ShelfItem, ShelvedItem } from "../../core/shelf.ts";

/** An update's bytes in one item: with base64 and its other fields it fits into the metadata of an entry (MAX_METADATA_BYTES). */
export const PART_BYTES: number = 40 * 1024;
/** Parts of one blob: a gigabyte. */
const MAX_PARTS = 32_768;

/** Part of a document's history: an update of Yjs's, in as many items as it takes. */
export interface Blob {
  /** Of the opening of a document that has written it, in hex; with `number`, its name. */
  readonly writer: string;
  readonly number: number;
  /** How many of the writer's own updates are in this blob and those before it. */
  readonly upto: number;
  readonly update: Uint8Array;
}

export interface ShelvedBlob extends Blob {
  readonly items: readonly ShelvedItem[];
}

export function itemsOf({ writer, number, upto, update }: Blob): ShelfItem[] {
  const parts = Math.max(1, Math.ceil(update.length / PART_BYTES));
  return Array.from({ length: parts }, (_, part) => ({
    key: `${writer}/${number}/${part}`,
    data: { upto, parts, update: toBase64(update.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)) },
  }));
}

/** The name of the blob that an item is a part of; `undefined` for what no document has put there. */
export function blobOf(key: string): string | undefined {
  return /^([0-9a-f]{16}\/\d{1,15})\/\d{1,5}$/.exec(key)?.[1];
}

/** How many parts the blob of this item has; `undefined` for what no document has put there. */
export function partsOf({ data }: ShelfItem): number | undefined {
  const { parts } = data;
  return isCount(parts, 1, MAX_PARTS) ? parts : undefined;
}

/** @param items all of one blob. Returns `undefined` where some are missing, or are not what a document has put there. */
export function assemble(name: string, items: readonly ShelvedItem[]): ShelvedBlob | undefined {
  const [writer = "", number] = name.split("/");
  const byKey = new Map(items.map((item) => [item.key, item]));
  const parts = items[0] === undefined ? undefined : partsOf(items[0]);
  if (parts === undefined) return undefined;
  const ordered = Array.from({ length: parts }, (_, part) => byKey.get(`${name}/${part}`));
  const bytes: Uint8Array[] = [];
  for (const item of ordered) {
    if (item === undefined || partsOf(item) !== parts || typeof item.data["update"] !== "string") return undefined;
    bytes.push(decoded(item.data["update"]));
  }
  const { upto } = items[0]!.data;
  if (!isCount(upto, 0, Number.MAX_SAFE_INTEGER)) return undefined;
  const update = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    update.set(part, at);
    at += part.length;
  }
  return { writer, number: Number(number), upto, update, items: ordered.filter((item) => item !== undefined) };
}

function isCount(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** Empty for what is no base64, which then is no update. */
function decoded(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}
