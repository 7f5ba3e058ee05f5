import type { Ballot } from "../core/ballot.ts";
import type { Hello, Message } from "../core/messages.ts";
import { CausalContext } from "../core/causal-context.ts";
import { ContextDigest, DIGEST_BUCKETS, DIGEST_WORDS } from "../core/context-digest.ts";
import { type DotRange, FIRST_DOT, LAST_DOT } from "../core/reconciliation.ts";
import type { JsonObject, StoredVersion } from "../core/version.ts";
import { bytesToHex, type Origin } from "../core/node-id.ts";
import { encodeMessage } from "../core/codec/frames.ts";
import type { SeededRandom } from "./random.ts";
import type { VersionVector } from "../core/version-vector.ts";
import { Writer } from "../core/codec/writer.ts";

const LAST_SEQ: number = Number.MAX_SAFE_INTEGER;
/** The last millisecond of the year 9999. */
const YEAR_9999_MS = 253_402_300_799_999;
export const SIBLINGS = 40;
const FLOOD = 150;
/** Small enough for many runs: how many siblings of one id a replica bears is another test's. */
const CLAIMED_ORIGINS = 20;

/** What the liar has heard of the peer that it lies to, and what it makes of it. */
export interface Listener {
  readonly hello: Hello;
  /** The victim's last pull that has not been answered. */
  readonly session: number | undefined;
}

/** What a lie is told with. */
export interface Means {
  readonly random: SeededRandom;
  readonly ids: readonly string[];
  readonly nowMs: number;
  /** An origin that no store has minted. */
  mintOrigin(): Origin;
}

type Lie = (listener: Listener, means: Means) => readonly (Message | Uint8Array)[];

/**
 * What a member of a room that keeps to no rule may say, and no replica may suffer from. Lies that nothing in a protocol without signatures
 * can tell from the truth are not here: docs/GUARANTEES.md names them.
 */
export const LIES: Readonly<Record<string, Lie>> = {
  "the year 9999": (_listener, means) => [
    push(version(means, { hlc: { wallMs: YEAR_9999_MS, counter: 2 ** 32 - 1 } }), version(means, { hlc: soon(means) })),
  ],
  "the last seq": (_listener, means) => [push(version(means, { seq: LAST_SEQ }))],
  "many siblings": (_listener, means) => {
    const id = means.random.pick(means.ids);
    return [push(...Array.from({ length: SIBLINGS }, () => version(means, { id })))];
  },
  "a context of strangers": (_listener, means) => {
    const context = new Map(Array.from({ length: CLAIMED_ORIGINS }, () => [means.mintOrigin(), LAST_SEQ]));
    return [push(version(means, { context }))];
  },
  "writes that nobody made": ({ session }, means) =>
    session === undefined
      ? []
      : [{ type: "session-end", outcome: "complete", session, context: claims(means), horizon: CausalContext.EMPTY }],
  "a horizon that nobody has": ({ session }, means) =>
    session === undefined
      ? []
      : [{ type: "session-end", outcome: "complete", session, context: claims(means), horizon: claims(means) }],
  "another digest each time": (_listener, means) => [{ type: "digest", digest: digest(means) }],
  "answers without a question": ({ hello }, means) => {
    const request = means.random.integer(0, 50);
    const { lineage, epoch } = hello.replicaSet;
    return [
      { type: "ack", request, lineage, epoch, counter: LAST_SEQ },
      { type: "nack", request, replicaSet: hello.replicaSet },
      { type: "batch", session: LAST_SEQ, index: 0, versions: [version(means, {})] },
      { type: "batch-ack", session: request, index: 7 },
      {
        type: "session-end",
        outcome: "complete",
        session: LAST_SEQ,
        context: claims(means),
        horizon: CausalContext.EMPTY,
      },
      { type: "repair-done", repair: request, joined: true, gained: LAST_SEQ, dropped: LAST_SEQ },
      { type: "repair-checked", equal: false },
      { type: "pull-more", session: request, buckets: new Set([1]) },
      { type: "reconfigured", request, outcome: "done" },
      {
        type: "read-reply",
        request,
        lineage,
        epoch,
        counter: LAST_SEQ,
        part: 0,
        parts: 1,
        versions: [version(means, {})],
      },
      { type: "report", digest: digest(means), wanted: true, leased: [] },
      { type: "sealed", lineage, epoch, context: claims(means), installed: true, counter: LAST_SEQ },
      { type: "installed", lineage, epoch, target: { lineage, epoch }, counter: LAST_SEQ },
      { type: "promise", lineage, epoch, ballot: ballot(means), accepted: undefined, counter: 0 },
      { type: "accepted", lineage, epoch, ballot: ballot(means), counter: 0 },
      { type: "ballot-refused", lineage, epoch, ballot: ballot(means), promised: ballot(means) },
    ];
  },
  "a flood of questions": ({ hello }, means) =>
    Array.from({ length: FLOOD }, (_, request): Message => {
      const { lineage, epoch } = hello.replicaSet;
      return means.random.pick<Message>([
        { type: "ack-request", request, lineage, epoch, dots: claims(means) },
        { type: "repair-check", fingerprint: { count: request, low: 0, high: 0 } },
        { type: "read-request", request, lineage, epoch, ids: means.ids },
        { type: "report", digest: digest(means), wanted: true, leased: [] },
        pullOf(means, request),
      ]);
    }),
  "a flood of pulls": (_listener, means) =>
    Array.from({ length: FLOOD }, (_, i) => pullOf(means, means.random.integer(0, 1_000_000) + i, CausalContext.EMPTY)),
  "a flood of repairs": (_listener, means) =>
    Array.from({ length: FLOOD }, (_, i) => repairBegin(2 * (means.random.integer(0, 1_000_000) + i))),
  "a list that is none": (_listener, means) => {
    const repair = 2 * means.random.integer(0, 1_000_000) + means.random.integer(0, 1);
    const missing = Array.from({ length: 20 }, (_, seq) => ({ origin: means.mintOrigin(), seq: seq + 1 }));
    const items = [{ dot: missing[0]!, hash: 7 }];
    const whole = { from: FIRST_DOT, through: LAST_DOT };
    return [
      repairBegin(repair),
      {
        type: "repair-ranges",
        repair,
        ranges: [
          { ...whole, content: { kind: "missing", missing, differing: missing } },
          { ...whole, content: { kind: "items", items } },
          { ...whole, content: { kind: "fingerprint", count: LAST_SEQ, low: 1, high: 1 } },
        ],
      },
      { type: "repair-ranges", repair, ranges: [] },
      { type: "repair-end", repair, complete: true, horizon: CausalContext.EMPTY },
      { type: "repair-done", repair, joined: true, gained: LAST_SEQ, dropped: LAST_SEQ },
    ];
  },
  "a session that is never answered": (_listener, means) => [pullOf(means, means.random.integer(0, 1_000_000))],
  "records that cannot be": ({ hello }, means) => {
    const { replicaSet } = hello;
    const voter = replicaSet.voters[0]!;
    return [
      {
        type: "replica-set",
        decided: undefined,
        isHome: true,
        replicaSet: means.random.pick([
          { ...replicaSet, epoch: LAST_SEQ },
          { ...replicaSet, epoch: replicaSet.epoch + 1, voters: [] },
          { ...replicaSet, epoch: replicaSet.epoch + 1, generation: LAST_SEQ },
          { ...replicaSet, epoch: replicaSet.epoch + 1, dimensions: 3 },
          { ...replicaSet, distinctDevices: !replicaSet.distinctDevices, voters: [voter] },
        ]),
      },
    ];
  },
  "a ballot above all others": ({ hello }, means) => {
    const { lineage, epoch } = hello.replicaSet;
    const next = { ...hello.replicaSet, epoch: epoch + 1, voters: hello.replicaSet.voters.slice(0, 1) };
    return [
      { type: "prepare", lineage, epoch, ballot: ballot(means) },
      { type: "accept", ballot: ballot(means), replicaSet: next },
    ];
  },
  "another dimension": (_listener, means) => [push(version(means, { vector: new Float32Array(1000).fill(0.5) }))],
  "a version that has seen itself": (_listener, means) => {
    const honest = version(means, {});
    return [push({ ...honest, context: new Map([[honest.dot.origin, honest.dot.seq]]) })];
  },
  "a bomb": () => [bomb()],
  "a polluted prototype": (_listener, means) => {
    const metadata = JSON.parse('{"__proto__":{"polluted":true},"n":1}') as JsonObject;
    return [push(version(means, { metadata }))];
  },
  noise: (_listener, { random }) => [random.bytes(random.integer(0, 200))],
  "a second hello": ({ hello }) => [hello],
};

function version(
  means: Means,
  parts: Partial<Pick<StoredVersion, "id" | "hlc" | "vector" | "metadata">> & {
    readonly seq?: number;
    readonly context?: VersionVector;
  },
): StoredVersion {
  const { random } = means;
  return {
    id: parts.id ?? random.pick(means.ids),
    dot: { origin: means.mintOrigin(), seq: parts.seq ?? random.integer(1, 9) },
    context: parts.context ?? new Map(),
    hlc: parts.hlc ?? { wallMs: Math.max(0, means.nowMs - random.integer(0, 100_000)), counter: 0 },
    tombstone: false,
    vector: parts.vector ?? Float32Array.of(random.unit(), random.unit()),
    metadata: parts.metadata ?? { n: random.integer(1, 1000) },
  };
}

/** As far ahead as a clock follows, so that the next write of an honest replica comes after it. */
function soon(means: Means): StoredVersion["hlc"] {
  return { wallMs: means.nowMs + means.random.integer(0, 600_000), counter: 2 ** 32 - 1 };
}

function ballot(means: Means): Ballot {
  return { counter: LAST_SEQ, proposer: means.mintOrigin() };
}

function push(...versions: readonly StoredVersion[]): Message {
  return { type: "push", ack: undefined, versions };
}

function claims(means: Means): CausalContext {
  const interval = (): number[] =>
    means.random.pick([
      [1, 3],
      [LAST_SEQ, LAST_SEQ],
      [2, 2, 5, 9],
    ]);
  return CausalContext.of(Array.from({ length: CLAIMED_ORIGINS }, () => [means.mintOrigin(), interval()] as const));
}

function digest({ random }: Means): ContextDigest {
  return new ContextDigest(Uint32Array.from({ length: DIGEST_WORDS }, () => random.integer(0, 2 ** 32 - 1)));
}

/** By one that says to hold nothing, and to have seen nothing: it cannot make anybody drop what it has (that lie is unanswerable). */
function repairBegin(repair: number): Message {
  const ranges: DotRange[] = [
    { from: FIRST_DOT, through: LAST_DOT, content: { kind: "fingerprint", count: 0, low: 0, high: 0 } },
  ];
  return { type: "repair-begin", repair, context: CausalContext.EMPTY, horizon: CausalContext.EMPTY, ranges };
}

function pullOf(means: Means, session: number, horizon = claims(means)): Message {
  const buckets = new Set(Array.from({ length: DIGEST_BUCKETS }, (_, bucket) => bucket));
  return {
    type: "pull",
    session,
    digest: digest(means),
    buckets,
    context: CausalContext.EMPTY,
    horizon,
  };
}

/** Vectors of 256 KiB in planes of two bytes each. */
function bomb(): Uint8Array {
  const writer = new Writer();
  for (const byte of [1, 8, 0]) writer.byte(byte);
  for (const value of [1]) writer.uint(value, "origins");
  writer.hex("0123456789abcdef");
  for (const value of [1, 0]) writer.uint(value, "versions, earliest");
  writer.text("bomb", "id", 9);
  for (const value of [0, 1, 0, 0, 0, 65_536]) writer.uint(value, "head");
  writer.text("{}", "metadata", 9);
  for (let plane = 0; plane < 4; plane++) for (const byte of [1, 2, 0x4b, 0x04]) writer.byte(byte);
  return writer.done();
}

/** As it goes over the line. What an encoder refuses to write is no lie that can be told with it. */
export function asFrame(lie: Message | Uint8Array): Uint8Array {
  return lie instanceof Uint8Array ? lie : encodeMessage(lie, { compress: true }).bytes;
}

export function randomOrigin(random: SeededRandom): Origin {
  return bytesToHex(random.bytes(8)) as Origin;
}
