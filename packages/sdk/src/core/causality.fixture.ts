import fc, { type Arbitrary } from "fast-check";
import { CausalContext } from "./causal-context.ts";
import { contextOver, joinSiblings, type Siblings } from "./siblings.ts";
import type { Dot } from "./dot.ts";
import type { HlcStamp } from "./hybrid-logical-clock.ts";
import type { Origin } from "./node-id.ts";
import { addInterval, type IntervalSet } from "./interval-set.ts";
import type { StoredVersion } from "./version.ts";

/** The n-th origin: its first byte, and so its digest bucket, counts with n. */
export function originOf(n: number): Origin {
  return (n.toString(16).padStart(2, "0") + "00".repeat(7)) as Origin;
}

export function dotOf(origin: number, seq: number): Dot {
  return { origin: originOf(origin), seq };
}

/** A version as a peer would send it; what a test does not name is of no importance to it. */
export function versionOf(fields: Partial<StoredVersion> & { readonly dot: Dot }): StoredVersion {
  return {
    id: "x",
    context: new Map(),
    hlc: { wallMs: 1_000_000, counter: 0 },
    tombstone: false,
    vector: Float32Array.of(1, 2),
    metadata: {},
    ...fields,
  };
}

export function intervalsOf(members: Iterable<number>): IntervalSet {
  let set: IntervalSet = [];
  for (const member of members) set = addInterval(set, member, member);
  return set;
}

/** Small numbers, so that intervals touch, overlap and enclose each other. */
export const memberSets: Arbitrary<Set<number>> = fc
  .array(fc.integer({ min: 1, max: 24 }), { maxLength: 16 })
  .map((members) => new Set(members));

export const dots: Arbitrary<Dot> = fc
  .tuple(fc.nat(5), fc.integer({ min: 1, max: 12 }))
  .map(([origin, seq]) => dotOf(origin, seq));

export const contexts: Arbitrary<CausalContext> = fc
  .array(dots, { maxLength: 24 })
  .map((list) => CausalContext.EMPTY.with(list));

type Step =
  | { readonly kind: "write"; readonly writer: number; readonly tombstone: boolean; readonly wallMs: number }
  | { readonly kind: "deliver"; readonly to: number; readonly which: number };

const WRITERS = 4;

const steps: Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("write" as const),
      writer: fc.nat(WRITERS - 1),
      tombstone: fc.boolean(),
      // Clocks that disagree and stand still: causality must not depend on them.
      wallMs: fc.integer({ min: 1000, max: 1003 }),
    }),
    fc.record({ kind: fc.constant("deliver" as const), to: fc.nat(WRITERS - 1), which: fc.nat(1000) }),
  ),
  { minLength: 1, maxLength: 30 },
);

/** All versions that a few writers made of one id while some of their versions reached some of the others, in some order. */
export const histories: Arbitrary<readonly StoredVersion[]> = steps.map((list) => {
  const held: Siblings<StoredVersion>[] = Array.from({ length: WRITERS }, () => []);
  const seqs = Array.from({ length: WRITERS }, () => 0);
  const made: StoredVersion[] = [];
  for (const step of list) {
    if (step.kind === "write") {
      const siblings = held[step.writer]!;
      const version = versionOf({
        dot: dotOf(step.writer, ++seqs[step.writer]!),
        context: contextOver(siblings),
        hlc: stampAfter(siblings, step.wallMs),
        tombstone: step.tombstone,
        metadata: { n: made.length },
      });
      held[step.writer] = joinSiblings(siblings, version);
      made.push(version);
    } else if (made.length > 0) {
      held[step.to] = joinSiblings(held[step.to]!, made[step.which % made.length]!);
    }
  }
  return made;
});

/** A history and two orders in which its versions may arrive, some twice. */
export const deliveries: Arbitrary<readonly [readonly StoredVersion[], readonly StoredVersion[]]> = histories
  .filter((made) => made.length > 0)
  .chain((made) => fc.tuple(orderOf(made), orderOf(made)));

function orderOf(made: readonly StoredVersion[]): Arbitrary<readonly StoredVersion[]> {
  const all = fc.shuffledSubarray([...made], { minLength: made.length });
  return fc.tuple(all, fc.shuffledSubarray([...made])).map(([first, again]) => [...first, ...again]);
}

export function joinAll(versions: readonly StoredVersion[], to: Siblings<StoredVersion> = []): Siblings<StoredVersion> {
  let siblings = to;
  for (const version of versions) siblings = joinSiblings(siblings, version);
  return siblings;
}

function stampAfter(siblings: Siblings, wallMs: number): HlcStamp {
  let stamp: HlcStamp = { wallMs, counter: 0 };
  for (const { hlc } of siblings)
    if (hlc.wallMs > stamp.wallMs || (hlc.wallMs === stamp.wallMs && hlc.counter >= stamp.counter))
      stamp = { wallMs: hlc.wallMs, counter: hlc.counter + 1 };
  return stamp;
}
