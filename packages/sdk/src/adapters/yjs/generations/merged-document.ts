import * as Y from "yjs";
import { compareDots, sameDot } from "../../../core/dot.ts";
import {
  type Cut,
  decodeState,
  type DocumentState,
  encodeState,
  FIRST_GENERATION,
  type Folded,
  type Generation,
  isSameGeneration,
  MAX_CUTS,
  REMEMBERED_GENERATIONS,
} from "./document-state.ts";
import { laterClient } from "../editor-client.ts";
import { MAX_DOCUMENT_BYTES } from "../../../core/codec/limits.ts";
import { differenceFrom } from "./update-writer.ts";
import { newDocument } from "./new-document.ts";
import { renamed, type Renaming } from "./renaming.ts";
import { Renewal } from "./renewal.ts";

/** What siblings' states are together: a document of the latest generation among them. */
export interface MergedDocument extends Generation {
  readonly document: Y.Doc;
}

/** Of all cuts but the first. */
const MAX_OTHER_CUTS_BYTES: number = 64 * 1024;

interface Group extends Generation {
  readonly document: Y.Doc;
  folded: Map<number, Folded>;
  cuts: readonly Cut[];
}

/** For as long as it is looked at: no document is kept for an entry. */
export function withDocument<T>(states: readonly Uint8Array[], use: (document: Y.Doc, of: MergedDocument) => T): T {
  const merged = mergeStates(states.map(decodeState));
  try {
    return use(merged.document, merged);
  } finally {
    merged.document.destroy();
  }
}

/**
 * A function of the set of states. Those of one generation are merged by Yjs. What was made of an earlier one is renamed through the cut
 * that the later one began with, which it holds itself, since a generation is begun only when all who count hold the cut (C11). Where
 * it does not, of somebody who did not count any more, what it adds stays, without its place.
 */
export function mergeStates(states: readonly DocumentState[]): MergedDocument {
  const groups = groupsOf(states);
  const head = groups.pop() ?? { ...FIRST_GENERATION, folded: new Map(), document: newDocument() };
  for (const [i, { document, cuts, folded }] of groups.entries()) {
    const [renewal, next] = nextOf(cuts, [...groups.slice(i + 1), head]);
    const target = next ?? head;
    Y.applyUpdateV2(target.document, renamed(document, renewal?.forward ?? adoptedBy(target)));
    for (const [client, each] of folded) if (!target.folded.has(client)) target.folded.set(client, each);
    document.destroy();
  }
  dropUnplaced(head.document);
  return head;
}

/** C11: the next generation, which whoever holds the cut makes in the same way. */
export function renew({ document, generation, folded }: MergedDocument, cut: Cut): MergedDocument {
  const renewal = new Renewal(cut);
  const renewed = newDocument();
  Y.applyUpdateV2(renewed, renewal.update);
  Y.applyUpdateV2(renewed, renamed(document, renewal.forward));
  dropUnplaced(renewed);
  document.destroy();
  return {
    document: renewed,
    generation: generation + 1,
    renewedBy: cut.by,
    folded: foldedBy(generation + 1, folded, renewal),
    cuts: [],
  };
}

function foldedBy(generation: number, before: Generation["folded"], renewal: Renewal): Generation["folded"] {
  const folded = new Map([...before].filter(([, each]) => each.generation >= generation - REMEMBERED_GENERATIONS));
  for (const [client, clock] of renewal.folded) folded.set(client, { clock, generation: generation - 1 });
  return folded;
}

export function stateOf(merged: MergedDocument): Uint8Array {
  const { document, cuts } = merged;
  const [cut] = cuts;
  if (cut === undefined) return encodeState({ ...merged, update: Y.encodeStateAsUpdateV2(document) });
  const base = newDocument();
  Y.applyUpdateV2(base, cut.state);
  const update = differenceFrom(base, document);
  base.destroy();
  const state = encodeState({ ...merged, update });
  // Nobody would take it. The others can go, since the first is the one that counts.
  return state.length > MAX_DOCUMENT_BYTES ? encodeState({ ...merged, cuts: [cut], update }) : state;
}

/** By the generation that they are of, the latest last. */
function groupsOf(states: readonly DocumentState[]): Group[] {
  const groups: Group[] = [];
  for (const state of states) {
    let group = groups.find(({ renewedBy }) => isSameGeneration(renewedBy, state.renewedBy));
    if (group === undefined) groups.push((group = { ...state, folded: new Map(), cuts: [], document: newDocument() }));
    for (const [client, each] of state.folded) group.folded.set(client, each);
    if (state.cuts[0] !== undefined) Y.applyUpdateV2(group.document, state.cuts[0].state);
    Y.applyUpdateV2(group.document, state.update);
    const fresh = state.cuts.filter(({ by }) => !group.cuts.some((cut) => sameDot(cut.by, by)));
    group.cuts = keptOf([...group.cuts, ...fresh].sort((a, b) => compareDots(a.by, b.by)));
  }
  return groups.sort(
    (a, b) => a.generation - b.generation || (a.renewedBy && b.renewedBy ? compareDots(a.renewedBy, b.renewedBy) : 0),
  );
}

/** The first is the one that counts; the others are there to be known again by those who have only heard of them. */
function keptOf(cuts: readonly Cut[]): readonly Cut[] {
  const kept = cuts.slice(0, 1);
  let bytes = 0;
  for (const cut of cuts.slice(1, MAX_CUTS)) {
    bytes += cut.state.length;
    if (bytes <= MAX_OTHER_CUTS_BYTES) kept.push(cut);
  }
  return kept;
}

function nextOf(cuts: readonly Cut[], later: readonly Group[]): [Renewal, Group] | [] {
  for (const cut of cuts)
    for (const group of later) if (isSameGeneration(cut.by, group.renewedBy)) return [new Renewal(cut), group];
  return [];
}

/** What went into an earlier cut is known by its name alone: where it is now, only the cut told. */
function adoptedBy({ folded }: Generation): Renaming {
  const follow = (client: number): { readonly skipped: number; readonly client: number } => {
    let [skipped, name] = [0, client];
    // One name a generation: a state of more is no correct replica's.
    for (let generations = 0; generations <= REMEMBERED_GENERATIONS; generations++) {
      const each = folded.get(name);
      if (each === undefined) break;
      skipped += each.clock;
      name = laterClient(name);
    }
    return { skipped, client: name };
  };
  return {
    skipped: (client) => follow(client).skipped,
    target: (client) => ({ client: follow(client).client, clock: 0 }),
    held: () => [],
    deletedValue: () => null,
  };
}

/** What refers to what nobody holds, in states that no correct replica writes, is not kept for later. */
function dropUnplaced({ store }: Y.Doc): void {
  store.pendingStructs = null;
  store.pendingDs = null;
}
