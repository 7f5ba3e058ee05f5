import fc, { type Arbitrary } from "fast-check";

import { CausalContext } from "../causal-context.ts";
import { ContextDigest, DIGEST_BUCKETS, DIGEST_WORDS } from "../context-digest.ts";
import { idFault, metadataFault } from "../entry-validation.ts";
import type { HlcStamp } from "../hybrid-logical-clock.ts";
import type { IntervalSet } from "../interval-set.ts";
import type { Ballot } from "../ballot.ts";
import type { Dot } from "../dot.ts";
import type { DotRange } from "../reconciliation.ts";
import type { Fingerprint } from "../item-list.ts";
import type { EpochRef, HorizonNews, Message } from "../messages.ts";
import type { Author, DeviceId, LineageId, NodeId, Origin } from "../node-id.ts";
import { MAX_REPLICATION_FACTOR, type ReplicaSetRecord } from "../replica-set.ts";
import type { RoomFacts } from "../room-facts.ts";
import type { JsonObject, Signature, StoredVersion } from "../version.ts";

/** Objects like those that decoding makes, with Object.prototype. */
const record = <F>(fields: { [K in keyof F]: Arbitrary<F[K]> }): Arbitrary<F> =>
  fc.record(fields, { noNullPrototype: true });

const hex = (bytes: number): Arbitrary<string> =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => Array.from(array, (byte) => byte.toString(16).padStart(2, "0")).join(""));

/** Few, so that versions and contexts share them. */
const origin: Arbitrary<Origin> = fc.constantFrom(
  "00000000000000ff",
  "a1b2c3d4e5f60718",
  "ffffffffffffffff",
) as Arbitrary<Origin>;
const nodeId = hex(16) as Arbitrary<NodeId>;
const deviceId = hex(16) as Arbitrary<DeviceId>;
const lineage = hex(16) as Arbitrary<LineageId>;
const uint: Arbitrary<number> = fc.oneof(fc.nat(300), fc.maxSafeNat());
const seq: Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
);

export const intervalSets: Arbitrary<IntervalSet> = fc
  .array(fc.tuple(fc.nat(200_000), fc.nat(200_000)), { minLength: 1, maxLength: 6 })
  .map((pairs) => {
    const intervals: number[] = [];
    for (const [gap, length] of pairs) {
      const from = (intervals.at(-1) ?? -1) + 2 + gap;
      intervals.push(from, from + length);
    }
    return intervals;
  });

const context: Arbitrary<CausalContext> = fc
  .array(fc.tuple(fc.oneof(origin, hex(8) as Arbitrary<Origin>), intervalSets), { maxLength: 4 })
  .map((entries) => CausalContext.of(new Map(entries)));
const digest: Arbitrary<ContextDigest> = fc
  .uint32Array({ minLength: DIGEST_WORDS, maxLength: DIGEST_WORDS })
  .map((words) => new ContextDigest(words));
const buckets: Arbitrary<ReadonlySet<number>> = fc
  .uniqueArray(fc.nat(DIGEST_BUCKETS - 1))
  .map((list) => new Set(list.sort((a, b) => a - b)));

const id: Arbitrary<string> = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((text) => idFault(text) === undefined);
/** As JSON gives it back: without -0 and in the key order of JavaScript objects. */
const metadata: Arbitrary<JsonObject> = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 })
  .map((object) => JSON.parse(JSON.stringify(object)) as JsonObject)
  .filter((object) => metadataFault(object) === undefined);
const vector: Arbitrary<Float32Array> = fc.float32Array({
  noNaN: true,
  noDefaultInfinity: true,
  minLength: 1,
  maxLength: 20,
});
const hlc: Arbitrary<HlcStamp> = record({ wallMs: uint, counter: uint });

export const storedVersions: Arbitrary<StoredVersion> = record({
  id,
  dot: record({ origin, seq }),
  context: fc.array(fc.tuple(origin, seq), { maxLength: 3 }).map((entries) => new Map(entries)),
  hlc,
  tombstone: fc.boolean(),
  vector,
  metadata,
}).map((version) => (version.tombstone ? { ...version, vector: new Float32Array(), metadata: {} } : version));
const signature: Arbitrary<Signature> = record({ author: hex(32) as Arbitrary<Author>, proof: hex(64) });
export const signedVersions: Arbitrary<StoredVersion> = fc
  .tuple(storedVersions, signature)
  .map(([version, by]) => ({ ...version, signature: by }));
export const documentVersions: Arbitrary<StoredVersion> = fc
  .tuple(fc.oneof(storedVersions, signedVersions), fc.uint8Array({ maxLength: 40 }), hlc)
  .map(([version, state, vectorAt]) =>
    version.tombstone ? version : { ...version, metadata: {}, document: { state, vectorAt } },
  );
const versions: Arbitrary<StoredVersion[]> = fc.oneof(
  fc.array(storedVersions, { maxLength: 5 }),
  fc
    .array(documentVersions, { maxLength: 5 })
    .map((list) => list.map(({ signature: _signature, ...version }) => version)),
  fc.array(signedVersions, { maxLength: 5 }),
);

const facts: Arbitrary<RoomFacts> = record({
  dimensions: fc.option(fc.integer({ min: 1, max: 65_536 }), { nil: undefined }),
  replicationFactor: fc.option(fc.integer({ min: 1, max: MAX_REPLICATION_FACTOR }), { nil: undefined }),
  distinctDevices: fc.option(fc.boolean(), { nil: undefined }),
  conflictResolution: fc.constantFrom(undefined, "last-write-wins", "custom:2"),
  signed: fc.boolean(),
});

const replicaSet: Arbitrary<ReplicaSetRecord> = record({
  lineage,
  generation: uint,
  epoch: uint,
  replicationFactor: fc.integer({ min: 1, max: MAX_REPLICATION_FACTOR }),
  distinctDevices: fc.boolean(),
  dimensions: fc.option(fc.integer({ min: 1, max: 65_536 }), { nil: undefined }),
  conflictResolution: fc.constantFrom("last-write-wins", "custom:2"),
  signed: fc.boolean(),
  voters: fc.uniqueArray(record({ nodeId, deviceId, since: uint, steady: fc.boolean() }), {
    maxLength: 5,
    selector: (voter) => voter.nodeId,
  }),
  barred: fc.array(nodeId, { maxLength: 3 }),
  formed: fc.boolean(),
  yieldsTo: fc.option(lineage, { nil: undefined }),
}).map((set) => ({ ...set, voters: set.voters.slice(0, set.replicationFactor) }));

const epochRef: Arbitrary<EpochRef> = record({ lineage, epoch: uint });
const message = <T extends Message["type"], F>(type: T, fields: Arbitrary<F>): Arbitrary<F & { type: T }> =>
  fields.map((values) => ({ type, ...values }));
const inEpoch = <T extends Message["type"], F>(type: T, fields: Arbitrary<F>): Arbitrary<F & EpochRef & { type: T }> =>
  message(
    type,
    fc.tuple(epochRef, fields).map(([epoch, rest]) => ({ ...epoch, ...rest })),
  );
const requested = { request: uint };
const ballot: Arbitrary<Ballot> = record({ counter: uint, proposer: origin });

const word: Arbitrary<number> = fc.nat(0xffff_ffff);
const fingerprint: Arbitrary<Fingerprint> = record({ count: uint, low: word, high: word });
const dot: Arbitrary<Dot> = record({ origin, seq: uint });
const dotList: Arbitrary<Dot[]> = fc.array(dot, { maxLength: 4 });
const ranges: Arbitrary<DotRange[]> = fc.array(
  record({
    from: dot,
    through: dot,
    content: fc.oneof(
      fingerprint.map((sums) => ({ kind: "fingerprint" as const, ...sums })),
      fc.array(record({ dot, hash: word }), { maxLength: 4 }).map((items) => ({ kind: "items" as const, items })),
      record({ kind: fc.constant("missing" as const), missing: dotList, differing: dotList }),
    ),
  }),
  { maxLength: 4 },
);
const withHorizon = <F>(fields: Arbitrary<F>): Arbitrary<F & HorizonNews> =>
  fc
    .tuple(fields, context, fc.boolean())
    .map(([rest, horizon, anew]) => (anew ? { ...rest, horizon, anew } : { ...rest, horizon }));
const snapshot = record({ repair: uint, context, horizon: context, ranges });

const pushAck = fc.option(record({ request: uint, lineage, epoch: uint }), { nil: undefined });
const disjointNodeIds: Arbitrary<[NodeId[], NodeId[]]> = fc
  .tuple(fc.uniqueArray(nodeId, { maxLength: 8 }), fc.nat(8))
  .map(([nodeIds, at]) => [nodeIds.slice(0, at), nodeIds.slice(at)]);
const routes: Arbitrary<ReadonlyMap<NodeId, number>> = fc
  .array(fc.tuple(nodeId, fc.integer({ min: 1, max: 15 })), { maxLength: 4 })
  .map((entries) => new Map(entries));

const ackRequest = message(
  "ack-request",
  fc.tuple(epochRef, record({ ...requested, dots: context })).map(([epoch, rest]) => ({ ...epoch, ...rest })),
);
const ack = message(
  "ack",
  fc.tuple(epochRef, record({ ...requested, counter: uint })).map(([epoch, rest]) => ({ ...epoch, ...rest })),
);
const readRequest = message(
  "read-request",
  fc
    .tuple(epochRef, record({ ...requested, ids: fc.uniqueArray(id, { maxLength: 5 }) }))
    .map(([epoch, rest]) => ({ ...epoch, ...rest })),
);
const readReply = message(
  "read-reply",
  fc
    .tuple(
      epochRef,
      record({ ...requested, counter: uint, part: fc.nat(9), parts: fc.integer({ min: 10, max: 16_384 }), versions }),
    )
    .map(([epoch, rest]) => ({ ...epoch, ...rest })),
);
const reconfigure = message("reconfigure", record({ ...requested, change: fc.constantFrom("add", "remove"), nodeId }));
const reconfigured = message(
  "reconfigured",
  record({
    ...requested,
    outcome: fc.constantFrom("done", "replica-set-full", "replica-not-found", "quorum-unavailable"),
  }),
);

/** One arbitrary for each type: the compiler misses the one that a new type lacks. */
export const messagesByType: { readonly [T in Message["type"]]: Arbitrary<Extract<Message, { type: T }>> } = {
  hello: message(
    "hello",
    record({
      protocol: fc.constant(1),
      room: id,
      nodeId,
      deviceId,
      steady: fc.boolean(),
      facts,
      counter: uint,
      replicaSet,
    }),
  ),
  digest: message("digest", record({ digest })),
  pull: message("pull", withHorizon(record({ session: uint, digest, buckets, context }))),
  "pull-more": message("pull-more", record({ session: uint, buckets })),
  batch: message("batch", record({ session: uint, index: uint, versions })),
  "batch-ack": message("batch-ack", record({ session: uint, index: uint })),
  "session-end": message(
    "session-end",
    withHorizon(
      record({ session: uint, outcome: fc.constantFrom("complete", "incomplete", "beyond-horizon"), context }),
    ),
  ),
  push: message(
    "push",
    fc.oneof(
      record({ versions, ack: pushAck }),
      record({ versions, ack: pushAck, relayed: fc.constant(true as const) }),
    ),
  ),
  "ack-request": ackRequest,
  ack,
  nack: message("nack", record({ ...requested, replicaSet })),
  "read-request": readRequest,
  "read-reply": readReply,
  "replica-set": message(
    "replica-set",
    record({ replicaSet, decided: fc.option(replicaSet, { nil: undefined }), isHome: fc.boolean() }),
  ),
  reconfigure,
  reconfigured,
  prepare: inEpoch("prepare", record({ ballot })),
  promise: inEpoch(
    "promise",
    record({
      ballot,
      accepted: fc.option(record({ ballot, replicaSet }), { nil: undefined }),
      counter: uint,
    }),
  ),
  accept: message("accept", record({ ballot, replicaSet })),
  accepted: inEpoch("accepted", record({ ballot, counter: uint })),
  "ballot-refused": inEpoch("ballot-refused", record({ ballot, promised: ballot })),
  seal: message("seal", record({ replicaSet, decided: replicaSet })),
  sealed: inEpoch("sealed", record({ context, installed: fc.boolean(), counter: uint })),
  install: inEpoch("install", record({ target: epochRef, context })),
  installed: inEpoch("installed", record({ target: epochRef, counter: uint })),
  retired: message("retired", record({ lineage, replicaSet })),
  distrust: inEpoch("distrust", record({ nodeId })),
  "repair-begin": message("repair-begin", snapshot),
  "repair-begun": message("repair-begun", snapshot),
  "repair-ranges": message("repair-ranges", record({ repair: uint, ranges })),
  "repair-batch": message("repair-batch", record({ repair: uint, index: uint, versions })),
  "repair-batch-ack": message("repair-batch-ack", record({ repair: uint, index: uint })),
  "repair-end": message("repair-end", record({ repair: uint, complete: fc.boolean(), horizon: context })),
  "repair-done": message("repair-done", record({ repair: uint, joined: fc.boolean(), gained: uint, dropped: uint })),
  "repair-check": message("repair-check", record({ fingerprint })),
  "repair-checked": message("repair-checked", record({ equal: fc.boolean() })),
  report: message("report", record({ digest, wanted: fc.boolean(), leased: fc.uniqueArray(nodeId, { maxLength: 3 }) })),
  neighbours: message(
    "neighbours",
    fc.tuple(disjointNodeIds, routes).map(([[come, gone], told]) => ({ come, gone, routes: told })),
  ),
  "routed-question": message(
    "routed-question",
    record({
      target: nodeId,
      nonce: hex(8),
      route: fc.uniqueArray(nodeId, { minLength: 1, maxLength: 5 }),
      body: fc.oneof(ackRequest, readRequest, reconfigure),
    }),
  ),
  "routed-answer": message(
    "routed-answer",
    record({
      nonce: hex(8),
      route: fc.uniqueArray(nodeId, { maxLength: 5 }),
      body: fc.oneof(ack, readReply, reconfigured),
    }),
  ),
  ephemeral: message(
    "ephemeral",
    record({
      origin: nodeId,
      opening: hex(8),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      reach: fc.nat(15),
      channel: fc.string({ maxLength: 16 }),
      bytes: fc.uint8Array({ maxLength: 64 }),
    }),
  ),
  challenge: message("challenge", record({ protocol: fc.constant(1), nonce: hex(32) })),
  proof: message("proof", record({ mac: hex(32) })),
};

export const messages: Arbitrary<Message> = fc.oneof(...(Object.values(messagesByType) as Arbitrary<Message>[]));
