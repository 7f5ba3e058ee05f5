import type { Ballot } from "../ballot.ts";
import { CausalContext } from "../causal-context.ts";
import { FIRST_DOT, LAST_DOT } from "../reconciliation.ts";
import type { Message } from "../messages.ts";
import type { Author, DeviceId, LineageId, NodeId, Origin } from "../node-id.ts";
import type { ReplicaSetRecord } from "../replica-set.ts";
import type { Signature, StoredVersion } from "../version.ts";

/** A message and its frame, uncompressed; docs/PROTOCOL.md shows the same under the same name. */
export interface TestVector {
  readonly name: string;
  readonly message: Message;
  readonly hex: string;
}

const nodeId = "000102030405060708090a0b0c0d0e0f" as NodeId;
const otherNodeId = "404142434445464748494a4b4c4d4e4f" as NodeId;
const deviceId = "101112131415161718191a1b1c1d1e1f" as DeviceId;
const lineage = "202122232425262728292a2b2c2d2e2f" as LineageId;
const winner = "303132333435363738393a3b3c3d3e3f" as LineageId;
const early = "a1a2a3a4a5a6a7a8" as Origin;
const late = "b1b2b3b4b5b6b7b8" as Origin;

const replicaSet: ReplicaSetRecord = {
  lineage,
  generation: 0,
  epoch: 1,
  replicationFactor: 3,
  distinctDevices: true,
  dimensions: 384,
  conflictResolution: "last-write-wins",
  signed: false,
  voters: [{ nodeId, deviceId, since: 1, steady: false }],
  barred: [],
  formed: false,
  yieldsTo: undefined,
};
const yields: ReplicaSetRecord = { ...replicaSet, epoch: 2, yieldsTo: winner };
const ballot: Ballot = { counter: 7, proposer: early };
const higher: Ballot = { counter: 300, proposer: late };

export const liveVersion: StoredVersion = {
  id: "note-1",
  dot: { origin: early, seq: 2 },
  context: new Map([[early, 1]]),
  hlc: { wallMs: 1_700_000_000_000, counter: 0 },
  tombstone: false,
  vector: Float32Array.of(1, -0.5),
  metadata: { t: "é" },
};

/** By the key pair of RFC 8032's first test for Ed25519, in the room "notes". */
export const signedVersion: StoredVersion & { readonly signature: Signature } = {
  ...liveVersion,
  signature: {
    author: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a" as Author,
    proof:
      "e3c99f1ddbdbe66794b60fdb4a2b464341ea76390e3075575bbb45c4a73cf05e5f632153a2aeb09c0071aa6462c7626a86ae45e4db6030d12314d3added81c03",
  },
};
/** What is signed there: computed by another program, from docs/PROTOCOL.md. */
export const SIGNED_BYTES_HEX =
  "167665636d657368207369676e65642076657273696f6e056e6f746573d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a066e6f74652d31a1a2a3a4a5a6a7a80201a1a2a3a4a5a6a7a80180d095ffbc3100000a7b2274223a22c3a9227d020000803f000000bf";

/** In a room of documents. To the codec its state is five bytes like others. */
export const documentVersion: StoredVersion = {
  ...liveVersion,
  metadata: {},
  document: { state: Uint8Array.of(1, 2, 3, 4, 5), vectorAt: { wallMs: 1_699_999_999_000, counter: 3 } },
};

const tombstone: StoredVersion = {
  id: "note-2",
  dot: { origin: late, seq: 300 },
  context: new Map([
    [early, 7],
    [late, 299],
  ]),
  hlc: { wallMs: 1_700_000_000_005, counter: 1 },
  tombstone: true,
  vector: new Float32Array(),
  metadata: {},
};

const context: CausalContext = CausalContext.of([
  [early, [1, 5, 9, 9]],
  [late, [300, 1000]],
]);

export const TEST_VECTORS: readonly TestVector[] = [
  {
    name: "hello",
    message: {
      type: "hello",
      protocol: 1,
      room: "notes",
      nodeId,
      deviceId,
      steady: true,
      facts: {
        dimensions: 384,
        replicationFactor: 3,
        distinctDevices: undefined,
        conflictResolution: undefined,
        signed: false,
      },
      counter: 5,
      replicaSet,
    },
    hex: "010176636d68056e6f746573000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f0180030302000005202122232425262728292a2b2c2d2e2f00010380030f6c6173742d77726974652d77696e730101000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000",
  },
  {
    name: "digest",
    message: { type: "digest", digest: context.digest },
    hex: "0102000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000997be7f6736fbb3a000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000220cb966aba10f2100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
  },
  {
    name: "pull",
    message: {
      type: "pull",
      session: 1,
      digest: context.digest,
      buckets: new Set([33]),
      context: context.inBuckets(new Set([33])),
      horizon: CausalContext.EMPTY,
    },
    hex: "010301000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000997be7f6736fbb3a000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000220cb966aba10f2100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000200000001a1a2a3a4a5a6a7a802000402000000",
  },
  {
    name: "pull-more",
    message: { type: "pull-more", session: 1, buckets: new Set([0, 9, 63]) },
    hex: "0104010102000000000080",
  },
  {
    name: "batch",
    message: { type: "batch", session: 1, index: 0, versions: [liveVersion, tombstone] },
    hex: "0105010002a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b80280d095ffbc31066e6f74652d3100020100010000020a7b2274223a22c3a9227d066e6f74652d3201ac0202000701ab02050100000000000000008000003fbf00",
  },
  { name: "batch-ack", message: { type: "batch-ack", session: 1, index: 0 }, hex: "01060100" },
  {
    name: "session-end",
    message: {
      type: "session-end",
      session: 1,
      outcome: "complete",
      context,
      horizon: CausalContext.of([[early, [3, 3]]]),
      anew: true,
    },
    hex: "0107010002a1a2a3a4a5a6a7a80200040200b1b2b3b4b5b6b7b801ab02bc050101a1a2a3a4a5a6a7a8010200",
  },
  {
    name: "push",
    message: { type: "push", versions: [liveVersion], ack: { request: 300, lineage, epoch: 1 } },
    hex: "010801ac02202122232425262728292a2b2c2d2e2f0101a1a2a3a4a5a6a7a80180d095ffbc31066e6f74652d3100020100010000020a7b2274223a22c3a9227d000000000000008000003fbf00",
  },
  {
    name: "signed push",
    message: { type: "push", versions: [signedVersion], ack: undefined },
    hex: "01080001a1a2a3a4a5a6a7a80180d095ffbc31066e6f74652d3100020100010000020a7b2274223a22c3a9227d000000000000008000003fbf01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511ae3c99f1ddbdbe66794b60fdb4a2b464341ea76390e3075575bbb45c4a73cf05e5f632153a2aeb09c0071aa6462c7626a86ae45e4db6030d12314d3added81c03",
  },
  {
    name: "push of a document",
    message: { type: "push", versions: [documentVersion], ack: undefined },
    hex: "01080001a1a2a3a4a5a6a7a80180d095ffbc31066e6f74652d310002010001000002027b7d000000000000008000003fbf0298c895ffbc3103050102030405",
  },
  {
    name: "ack-request",
    message: { type: "ack-request", request: 300, lineage, epoch: 1, dots: CausalContext.of([[early, [2, 2]]]) },
    hex: "0109ac02202122232425262728292a2b2c2d2e2f0101a1a2a3a4a5a6a7a8010100",
  },
  {
    name: "ack",
    message: { type: "ack", request: 300, lineage, epoch: 1, counter: 6 },
    hex: "010aac02202122232425262728292a2b2c2d2e2f0106",
  },
  {
    name: "nack",
    message: { type: "nack", request: 300, replicaSet: { ...replicaSet, yieldsTo: winner } },
    hex: "010bac02202122232425262728292a2b2c2d2e2f00010380030f6c6173742d77726974652d77696e730501000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000303132333435363738393a3b3c3d3e3f",
  },
  {
    name: "read-request",
    message: { type: "read-request", request: 300, lineage, epoch: 1, ids: ["note-1", "note-2"] },
    hex: "011eac02202122232425262728292a2b2c2d2e2f0102066e6f74652d31066e6f74652d32",
  },
  {
    name: "read-reply",
    message: {
      type: "read-reply",
      request: 300,
      lineage,
      epoch: 1,
      counter: 6,
      part: 0,
      parts: 1,
      versions: [liveVersion, tombstone],
    },
    hex: "011fac02202122232425262728292a2b2c2d2e2f0106000102a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b80280d095ffbc31066e6f74652d3100020100010000020a7b2274223a22c3a9227d066e6f74652d3201ac0202000701ab02050100000000000000008000003fbf00",
  },
  {
    name: "replica-set",
    message: { type: "replica-set", replicaSet, decided: yields, isHome: true },
    hex: "010c03202122232425262728292a2b2c2d2e2f00010380030f6c6173742d77726974652d77696e730101000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000202122232425262728292a2b2c2d2e2f00020380030f6c6173742d77726974652d77696e730501000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000303132333435363738393a3b3c3d3e3f",
  },
  {
    name: "reconfigure",
    message: { type: "reconfigure", request: 1, change: "remove", nodeId },
    hex: "010d0101000102030405060708090a0b0c0d0e0f",
  },
  {
    name: "reconfigured",
    message: { type: "reconfigured", request: 1, outcome: "replica-not-found" },
    hex: "010e0102",
  },
  {
    name: "seal",
    message: { type: "seal", replicaSet, decided: yields },
    hex: "010f202122232425262728292a2b2c2d2e2f00010380030f6c6173742d77726974652d77696e730101000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000202122232425262728292a2b2c2d2e2f00020380030f6c6173742d77726974652d77696e730501000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000303132333435363738393a3b3c3d3e3f",
  },
  {
    name: "sealed",
    message: { type: "sealed", lineage, epoch: 1, context, installed: true, counter: 6 },
    hex: "0110202122232425262728292a2b2c2d2e2f01010602a1a2a3a4a5a6a7a80200040200b1b2b3b4b5b6b7b801ab02bc05",
  },
  {
    name: "retired",
    message: { type: "retired", lineage: winner, replicaSet },
    hex: "0111303132333435363738393a3b3c3d3e3f202122232425262728292a2b2c2d2e2f00010380030f6c6173742d77726974652d77696e730101000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000",
  },
  {
    name: "prepare",
    message: { type: "prepare", lineage, epoch: 1, ballot },
    hex: "0114202122232425262728292a2b2c2d2e2f0107a1a2a3a4a5a6a7a8",
  },
  {
    name: "promise",
    message: {
      type: "promise",
      lineage,
      epoch: 1,
      ballot: higher,
      accepted: { ballot, replicaSet: yields },
      counter: 6,
    },
    hex: "0115202122232425262728292a2b2c2d2e2f01ac02b1b2b3b4b5b6b7b8060107a1a2a3a4a5a6a7a8202122232425262728292a2b2c2d2e2f00020380030f6c6173742d77726974652d77696e730501000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000303132333435363738393a3b3c3d3e3f",
  },
  {
    name: "accept",
    message: { type: "accept", ballot, replicaSet: yields },
    hex: "011607a1a2a3a4a5a6a7a8202122232425262728292a2b2c2d2e2f00020380030f6c6173742d77726974652d77696e730501000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f010000303132333435363738393a3b3c3d3e3f",
  },
  {
    name: "accepted",
    message: { type: "accepted", lineage, epoch: 1, ballot, counter: 6 },
    hex: "0117202122232425262728292a2b2c2d2e2f0107a1a2a3a4a5a6a7a806",
  },
  {
    name: "ballot-refused",
    message: { type: "ballot-refused", lineage, epoch: 1, ballot, promised: higher },
    hex: "0118202122232425262728292a2b2c2d2e2f0107a1a2a3a4a5a6a7a8ac02b1b2b3b4b5b6b7b8",
  },
  {
    name: "install",
    message: { type: "install", lineage, epoch: 2, target: { lineage: winner, epoch: 3 }, context },
    hex: "0119202122232425262728292a2b2c2d2e2f02303132333435363738393a3b3c3d3e3f0302a1a2a3a4a5a6a7a80200040200b1b2b3b4b5b6b7b801ab02bc05",
  },
  {
    name: "installed",
    message: { type: "installed", lineage, epoch: 2, target: { lineage: winner, epoch: 3 }, counter: 6 },
    hex: "011a202122232425262728292a2b2c2d2e2f02303132333435363738393a3b3c3d3e3f0306",
  },
  {
    name: "distrust",
    message: { type: "distrust", lineage, epoch: 1, nodeId },
    hex: "011b202122232425262728292a2b2c2d2e2f01000102030405060708090a0b0c0d0e0f",
  },
  {
    name: "report",
    message: { type: "report", digest: context.digest, wanted: true, leased: [nodeId] },
    hex: "012e01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000997be7f6736fbb3a000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000220cb966aba10f210000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001000102030405060708090a0b0c0d0e0f",
  },
  {
    name: "challenge",
    message: { type: "challenge", protocol: 1, nonce: `${"c1".repeat(31)}c2` },
    hex: `013076636d68${"c1".repeat(31)}c2`,
  },
  {
    name: "proof",
    message: { type: "proof", mac: "beb5024fa8c3acb6735683df4a84fa2b4b4e774b80df6831b95fd0659195f6c1" },
    hex: "0131beb5024fa8c3acb6735683df4a84fa2b4b4e774b80df6831b95fd0659195f6c1",
  },
  {
    name: "repair-begin",
    message: {
      type: "repair-begin",
      repair: 2,
      context,
      horizon: CausalContext.EMPTY,
      ranges: [
        {
          from: FIRST_DOT,
          through: LAST_DOT,
          content: { kind: "fingerprint", count: 2, low: 0x01020304, high: 0x05060708 },
        },
      ],
    },
    hex: "01240202a1a2a3a4a5a6a7a80200040200b1b2b3b4b5b6b7b801ab02bc050001000000000000000000ffffffffffffffffffffffffffffff0f00020403020108070605",
  },
  {
    name: "repair-begun",
    message: { type: "repair-begun", repair: 2, context, horizon: CausalContext.EMPTY, ranges: [] },
    hex: "01250202a1a2a3a4a5a6a7a80200040200b1b2b3b4b5b6b7b801ab02bc050000",
  },
  {
    name: "repair-ranges",
    message: {
      type: "repair-ranges",
      repair: 2,
      ranges: [
        {
          from: FIRST_DOT,
          through: liveVersion.dot,
          content: { kind: "items", items: [{ dot: liveVersion.dot, hash: 0x01020304 }] },
        },
        {
          from: tombstone.dot,
          through: LAST_DOT,
          content: { kind: "missing", missing: [tombstone.dot], differing: [] },
        },
      ],
    },
    hex: "01260202000000000000000000a1a2a3a4a5a6a7a8020101a1a2a3a4a5a6a7a80204030201b1b2b3b4b5b6b7b8ac02ffffffffffffffffffffffffffffff0f0201b1b2b3b4b5b6b7b8ac0200",
  },
  {
    name: "repair-batch",
    message: { type: "repair-batch", repair: 2, index: 0, versions: [tombstone] },
    hex: "0127020002b1b2b3b4b5b6b7b8a1a2a3a4a5a6a7a80185d095ffbc31066e6f74652d3200ac0202010700ab0200010000",
  },
  { name: "repair-batch-ack", message: { type: "repair-batch-ack", repair: 2, index: 0 }, hex: "01280200" },
  {
    name: "repair-end",
    message: { type: "repair-end", repair: 2, complete: true, horizon: CausalContext.of([[early, [3, 3]]]) },
    hex: "0129020101a1a2a3a4a5a6a7a8010200",
  },
  {
    name: "repair-done",
    message: { type: "repair-done", repair: 2, joined: true, gained: 300, dropped: 1 },
    hex: "012a0201ac0201",
  },
  {
    name: "repair-check",
    message: { type: "repair-check", fingerprint: { count: 2, low: 0x01020304, high: 0x05060708 } },
    hex: "012b020403020108070605",
  },
  {
    name: "neighbours",
    message: { type: "neighbours", come: [nodeId], gone: [], routes: new Map([[otherNodeId, 3]]) },
    hex: "013401000102030405060708090a0b0c0d0e0f0001404142434445464748494a4b4c4d4e4f03",
  },
  {
    name: "routed-question",
    message: {
      type: "routed-question",
      target: otherNodeId,
      nonce: "f1f2f3f4f5f6f7f8",
      route: [nodeId],
      body: {
        type: "ack-request",
        request: 300,
        lineage,
        epoch: 1,
        dots: CausalContext.EMPTY.with([{ origin: early, seq: 2 }]),
      },
    },
    hex: "0135404142434445464748494a4b4c4d4e4ff1f2f3f4f5f6f7f801000102030405060708090a0b0c0d0e0f09ac02202122232425262728292a2b2c2d2e2f0101a1a2a3a4a5a6a7a8010100",
  },
  {
    name: "routed-answer",
    message: {
      type: "routed-answer",
      nonce: "f1f2f3f4f5f6f7f8",
      route: [nodeId],
      body: { type: "ack", request: 300, lineage, epoch: 1, counter: 6 },
    },
    hex: "0136f1f2f3f4f5f6f7f801000102030405060708090a0b0c0d0e0f0aac02202122232425262728292a2b2c2d2e2f0106",
  },
  {
    name: "ephemeral",
    message: {
      type: "ephemeral",
      origin: nodeId,
      opening: "f1f2f3f4f5f6f7f8",
      seq: 300,
      reach: 15,
      channel: "cursors",
      bytes: Uint8Array.of(1, 2, 3),
    },
    hex: "0138000102030405060708090a0b0c0d0e0ff1f2f3f4f5f6f7f8ac020f07637572736f727303010203",
  },
  { name: "repair-checked", message: { type: "repair-checked", equal: true }, hex: "012c01" },
];

/** A push of one 16-component vector of ones, its two shrinking planes deflated. Other deflaters may write other bytes: it binds readers only. */
export const COMPRESSED_PUSH_HEX =
  "01080001a1a2a3a4a5a6a7a80180d095ffbc31066e6f74652d3100020100010000100a7b2274223a22c3a9227d01046340030001046340030001046b4003000104b347030000";

/** `liveVersion` at revision 4, as a store of a little-endian machine holds it. */
export const STORED_HEX =
  "01d8d5a2f4dbd63602230400066e6f74652d31a1a2a3a4a5a6a7a80280d095ffbc310001a1a2a3a4a5a6a7a8010a7b2274223a22c3a9227d020000803f000000bf";

/** The intervals 1 to 5 and 9, as a store's record. */
export const INTERVALS_HEX = "01236edd890200040200";

/** For channels, of the password "correct horse battery staple" in the room "notes". */
export const CHANNEL_KEY_HEX = "5204176629c48c0fff1d2ccf4ff4b57ffac6a5b8449de01fbe4c6322b17b9e6c";
/** Of the same, for signaling. */
export const SIGNALING_KEY_HEX = "cc2fb3df9c6fccc86bbd4606a549d958b34662aecf2906ff049751633821711e";
/** Of the same, for relayed connections. */
export const RELAY_KEY_HEX = "76defe61aa20e643e481c717eb2031784432b9360016b3b5eefc7b24cd0a4edb";
/** A goodbye in that room, sealed by the key for signaling; as in docs/PROTOCOL.md. */
export const SEALED_GOODBYE = {
  type: "sealed",
  instance: "0011223344556677",
  to: undefined,
  sealed:
    "4eHh4eHh4eHh4eHhRJdpNoq9c3Ux9IcJd6rVtRqDrXEMZl3OWGY6O3i_obOrB8sMnOIlmdzf86pPMfOARqCPZszcOyDu6p6PMKbR4noteOpNKwHOmHu_5zbYFjIx9eSEK5TgO31ZC4rHeRGzx-Uhbc4eKevH3-yfe5NZ_8ryImK2U-e-18mH3JHs_I-Cmw",
} as const;
/** What the proof above is an HMAC of, by the key for channels. */
export const PROOF_TRANSCRIPT_HEX =
  "157665636d657368206368616e6e656c2070726f6f660100000102030405060708090a0b0c0d0e0fc1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c2404142434445464748494a4b4c4d4e4fd1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d2cf017368612d3235362030613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30613a30610a7368612d3235362030623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a30623a3062";
