import type * as Y from "yjs";
import { decodeState, type DocumentState } from "./document-state.ts";
import type { Dot } from "../../../core/dot.ts";
import { clientOf } from "../editor-client.ts";
import { documentFault } from "../document-fault.ts";
import { edited } from "./edited-document.ts";
import { expect } from "vitest";
import type { OpenedGeneration } from "./opened-generation.ts";
import type { Origin } from "../../../core/node-id.ts";
import { withDocument } from "./merged-document.ts";

/** A write of an entry, as a replica knows it: what it has seen, itself included. */
interface Write {
  readonly dot: Dot;
  readonly seen: ReadonlySet<string>;
  readonly state: Uint8Array;
}

const nameOf = ({ origin, seq }: Dot): string => `${origin}:${seq}`;

/** Whether somebody else is no reason to wait with the next generation. */
export type Rule = (cut: Dot, other: Replica, self: Replica) => boolean;

export const holdsCut: Rule = (cut, { held }) => held.has(nameOf(cut));
export const isKnown: Rule = (_cut, { held }, self) => [...held].every((name) => self.held.has(name));
export const asC11Says: Rule = (...about) => holdsCut(...about) && isKnown(...about);

/** Replicas of one entry, which hear of each other's writes in any order, and count for each other's cuts as C11 says. */
export class Replica {
  readonly others: Replica[] = [];
  readonly #origin: Origin;
  readonly #rule: Rule;
  #seq = 0;
  siblings: Write[] = [];
  held: Set<string> = new Set<string>();

  constructor(n: number, rule: Rule) {
    this.#rule = rule;
    this.#origin = n.toString(16).padStart(16, "0") as Origin;
  }

  edit(change: (document: Y.Doc) => void): void {
    const states = this.siblings.map(({ state }) => decodeState(state));
    this.#write(states, (document, dot) => {
      document.clientID = clientOf(dot);
      document.transact(() => change(document));
    });
  }

  /** As a live document does. */
  write(opened: OpenedGeneration): void {
    const state = this.#write(
      [...this.siblings.map((sibling) => decodeState(sibling.state)), opened.state()],
      () => undefined,
    );
    opened.noteWritten(state);
  }

  #write(states: readonly DocumentState[], change: (document: Y.Doc, dot: Dot) => void): Uint8Array {
    const dot = { origin: this.#origin, seq: ++this.#seq };
    const occasion = { dot, isEverywhere: (cut: Dot) => this.isEverywhere(cut), isBloated: () => true };
    const outcome = edited(states, occasion, (document) => {
      change(document, dot);
      return { changed: true, claim: undefined };
    });
    expect(documentFault(outcome.state)).toBeUndefined();
    const seen = new Set([nameOf(dot), ...this.siblings.flatMap((sibling) => [...sibling.seen])]);
    this.held.add(nameOf(dot));
    this.siblings = [{ dot, seen, state: outcome.state }];
    return outcome.state;
  }

  /** What a session brings: all siblings of another, and what it has accounted for. */
  hear({ siblings, held }: Replica): void {
    for (const write of siblings) {
      if (this.held.has(nameOf(write.dot))) continue;
      this.siblings = [...this.siblings.filter(({ dot }) => !write.seen.has(nameOf(dot))), write];
    }
    this.held = new Set([...this.held, ...held]);
    this.siblings.sort((a, b) => (nameOf(a.dot) < nameOf(b.dot) ? -1 : 1));
  }

  isEverywhere(cut: Dot): boolean {
    return this.others.every((other) => this.#rule(cut, other, this));
  }

  show<T>(look: (document: Y.Doc) => T): T {
    return withDocument(
      this.siblings.map(({ state }) => state),
      look,
    );
  }
}

export function room(size: number, rule: Rule = asC11Says): Replica[] {
  const replicas = Array.from({ length: size }, (_, n) => new Replica(n + 1, rule));
  for (const replica of replicas) replica.others.push(...replicas.filter((other) => other !== replica));
  return replicas;
}

export function settle(replicas: readonly Replica[]): void {
  for (let round = 0; round < 2; round++)
    for (const one of replicas) for (const other of replicas) if (one !== other) one.hear(other);
}
