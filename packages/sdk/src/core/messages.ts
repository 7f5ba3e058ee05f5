import type { AcceptedRecord } from "./lineage-state.ts";
import type { Ballot } from "./ballot.ts";
import type { CausalContext } from "./causal-context.ts";
import type { ContextDigest } from "./context-digest.ts";
import type { DeviceId, LineageId, NodeId } from "./node-id.ts";
import type { RepairMessage } from "./repair-messages.ts";
import type { ReplicaSetRecord } from "./replica-set.ts";
import type { RoomFacts } from "./room-facts.ts";
import type { RoutedAnswer, RoutedQuestion } from "./routed-messages.ts";
import type { StoredVersion } from "./version.ts";

/** Raised when a frame or a rule changes so that older replicas cannot read it; compared in the handshake. */
export const PROTOCOL_VERSION = 1;

/** The epoch in which a request or an answer counts (Q5). */
export interface EpochRef {
  readonly lineage: LineageId;
  readonly epoch: number;
}

/** The first message either way on a connection; anything else before it closes the connection. */
export interface Hello {
  readonly type: "hello";
  /** First on the wire, and read before the rest, so that two versions can tell each other. */
  readonly protocol: number;
  readonly room: string;
  readonly nodeId: NodeId;
  readonly deviceId: DeviceId;
  /** Whether it is always on (Q7a). */
  readonly steady: boolean;
  readonly facts: RoomFacts;
  /** The durable counter of Q3. */
  readonly counter: number;
  readonly replicaSet: ReplicaSetRecord;
}

/**
 * "Prove that you know the room's password" (T8): where a replica has one, its first message on a connection, answered by `proof`. Only
 * then follows hello.
 */
export interface Challenge {
  readonly type: "challenge";
  /** As in a hello. */
  readonly protocol: number;
  /** Random, in hex. */
  readonly nonce: string;
}

/** An HMAC of `proofTranscript`, in hex. */
export interface Proof {
  readonly type: "proof";
  readonly mac: string;
}

/** "This is what my context hashes to now": sent when it has changed, at most once a sync interval (C3). */
export interface Digest {
  readonly type: "digest";
  readonly digest: ContextDigest;
}

/**
 * What a message says of its sender's horizon: what has joined it since it last told this peer on this connection, nothing in most messages. A
 * horizon has an interval or more for every opening of a store that ever deleted, some 12 bytes each, and is named in every session.
 */
export interface HorizonNews {
  readonly horizon: CausalContext;
  /** All of it: what was told before does not count, since the horizon has shrunk (S1). */
  readonly anew?: true;
}

/**
 * Asks for a session: "send me what I lack" (S2). `context` is the receiver's context in `buckets`, those in which the
 * two digests differ; `digest` is of its whole context, so that the sender can tell whether other buckets differ by now.
 */
export interface Pull extends HorizonNews {
  readonly type: "pull";
  readonly session: number;
  readonly digest: ContextDigest;
  readonly buckets: ReadonlySet<number>;
  readonly context: CausalContext;
}

/** "Those buckets differ too by now: ask again with them." Ends the session. */
export interface PullMore {
  readonly type: "pull-more";
  readonly session: number;
  readonly buckets: ReadonlySet<number>;
}

/** Current siblings of some ids (S3). `index` counts from 0; the receiver acknowledges each durable batch. */
export interface Batch {
  readonly type: "batch";
  readonly session: number;
  readonly index: number;
  readonly versions: readonly StoredVersion[];
}

export interface BatchAck {
  readonly type: "batch-ack";
  readonly session: number;
  readonly index: number;
}

/**
 * How a session went at its sender. `incomplete`: something was left out, so ask again. `beyond-horizon`: one side has collected what
 * the other may lack the successor of, so repair (S2, S8).
 */
export type SessionOutcome = "complete" | "incomplete" | "beyond-horizon";

/** All batches are durable over there: if complete, the snapshot's context in the session's buckets; the sender's horizon as of now (S5). */
export interface SessionEnd extends HorizonNews {
  readonly type: "session-end";
  readonly session: number;
  readonly outcome: SessionOutcome;
  readonly context: CausalContext;
}

/** Live writes (S6). With `ack`, the receiver is asked to acknowledge these versions' dots as `ack-request` would. */
export interface Push {
  readonly type: "push";
  readonly versions: readonly StoredVersion[];
  readonly ack: (EpochRef & { readonly request: number }) | undefined;
  /** Whether another than their writer sends them, so that the writer's neighbours may lack them (T7). */
  readonly relayed?: true;
}

/** "Tell me when you durably hold these dots, in this epoch" (Q4, Q8). */
export interface AckRequest extends EpochRef {
  readonly type: "ack-request";
  readonly request: number;
  /** A context's worth of dots. */
  readonly dots: CausalContext;
}

/** Durably held, or dominated (Q4). `counter` is the voter's durable counter (Q3). */
export interface Ack extends EpochRef {
  readonly type: "ack";
  readonly request: number;
  readonly counter: number;
}

/** "I do not serve that epoch; this is the record that I know" (Q5). */
export interface Nack {
  readonly type: "nack";
  readonly request: number;
  readonly replicaSet: ReplicaSetRecord;
}

/** "What do you durably hold of these ids, in this epoch?" (Q9) */
export interface ReadRequest extends EpochRef {
  readonly type: "read-request";
  readonly request: number;
  readonly ids: readonly string[];
}

/** A part of the answer: current siblings, tombstones too. `part` counts from 0 to `parts` - 1; `counter` as in an ack. */
export interface ReadReply extends EpochRef {
  readonly type: "read-reply";
  readonly request: number;
  readonly counter: number;
  readonly part: number;
  readonly parts: number;
  readonly versions: readonly StoredVersion[];
}

/** What the sender knows of a lineage: its active epoch, and what has been decided about the next. Sent when it changes. */
export interface ReplicaSetNews {
  readonly type: "replica-set";
  readonly replicaSet: ReplicaSetRecord;
  readonly decided: ReplicaSetRecord | undefined;
  /** Whether the sender goes by this lineage; it may have a vote in others. */
  readonly isHome: boolean;
}

/** Asks a voter to bring about a change of the replica set. */
export interface Reconfigure {
  readonly type: "reconfigure";
  readonly request: number;
  readonly change: "add" | "remove";
  readonly nodeId: NodeId;
}

export type ReconfigureOutcome = "done" | "replica-set-full" | "replica-not-found" | "quorum-unavailable";

export interface Reconfigured {
  readonly type: "reconfigured";
  readonly request: number;
  readonly outcome: ReconfigureOutcome;
}

/** Paxos, first phase: "promise to accept nothing below this ballot about the epoch after this one, and tell what you have accepted" (Q6). */
export interface Prepare extends EpochRef {
  readonly type: "prepare";
  readonly ballot: Ballot;
}

/** Durably promised. `counter` here and below is the voter's durable counter (Q3). */
export interface PaxosPromise extends EpochRef {
  readonly type: "promise";
  readonly ballot: Ballot;
  readonly accepted: AcceptedRecord | undefined;
  readonly counter: number;
}

/** Paxos, second phase: "accept this record as the epoch after its predecessor". */
export interface Accept {
  readonly type: "accept";
  readonly ballot: Ballot;
  readonly replicaSet: ReplicaSetRecord;
}

/** Durably accepted. */
export interface Accepted extends EpochRef {
  readonly type: "accepted";
  readonly ballot: Ballot;
  readonly counter: number;
}

/** "I have promised more than the ballot that you use." */
export interface BallotRefused extends EpochRef {
  readonly type: "ballot-refused";
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** "The next epoch is decided: refuse the active one from now on, for good, and tell me what you hold" (Q6). */
export interface Seal {
  readonly type: "seal";
  readonly replicaSet: ReplicaSetRecord;
  readonly decided: ReplicaSetRecord;
}

/** Durably sealed, in the epoch that was active; `context` is what this voter holds. */
export interface Sealed extends EpochRef {
  readonly type: "sealed";
  readonly context: CausalContext;
  /** Whether this voter has installed the decided epoch, which stands in for all seals. */
  readonly installed: boolean;
  readonly counter: number;
}

/** "Tell me when you durably hold this", which is what an ended epoch may have acknowledged. */
export interface Install extends EpochRef {
  readonly type: "install";
  /** Whose voter is asked: the decided epoch itself, or the active one of the lineage that the decided one yields to. */
  readonly target: EpochRef;
  readonly context: CausalContext;
}

/** Durably held. */
export interface Installed extends EpochRef {
  readonly type: "installed";
  readonly target: EpochRef;
  readonly counter: number;
}

/** The lineage's state is safe in another; whoever still lives in it moves over (Q7b). */
export interface Retired {
  readonly type: "retired";
  readonly lineage: LineageId;
  /** What the sender goes by. */
  readonly replicaSet: ReplicaSetRecord;
}

/** "This store's counter went backwards in that epoch: it is a voter that has forgotten" (Q3). */
export interface Distrust extends EpochRef {
  readonly type: "distrust";
  readonly nodeId: NodeId;
}

/** Whom the sender is connected to, as what has changed since it last said so, and how far the voters are by way of it (T7). */
export interface Neighbours {
  readonly type: "neighbours";
  readonly come: readonly NodeId[];
  readonly gone: readonly NodeId[];
  /** All that it has to voters that it is not connected to, in connections; THROUGH_YOU for those that go through the receiver. */
  readonly routes: ReadonlyMap<NodeId, number>;
}

/** Bytes for everybody in the room that nobody stores, acknowledges or sends again (T12). */
export interface Ephemeral {
  readonly type: "ephemeral";
  readonly origin: NodeId;
  /** Of the origin's opening, in hex: with `seq`, which counts from 1, it names the message for ever. */
  readonly opening: string;
  readonly seq: number;
  /** How many replicas may still pass it on. */
  readonly reach: number;
  readonly channel: string;
  readonly bytes: Uint8Array;
}

/** "My durable context hashes to this now" (C9). */
export interface Report {
  readonly type: "report";
  readonly digest: ContextDigest;
  /** Whether the sender waits for such reports: it holds tombstones, or has edited a document with a cut (C11). */
  readonly wanted: boolean;
  /** Who has reported to the sender within a lease, the receiver perhaps among them (C11). */
  readonly leased: readonly NodeId[];
}

/** What the voters of a lineage say to each other about its epochs, and a voter to itself. */
export type VoterMessage =
  | Prepare
  | PaxosPromise
  | Accept
  | Accepted
  | BallotRefused
  | Seal
  | Sealed
  | Install
  | Installed
  | Distrust;

/** Everything that replicas say to each other. The byte layout is in codec/. */
export type Message =
  | Hello
  | Challenge
  | Proof
  | Digest
  | Pull
  | PullMore
  | Batch
  | BatchAck
  | SessionEnd
  | Push
  | AckRequest
  | Ack
  | Nack
  | ReadRequest
  | ReadReply
  | ReplicaSetNews
  | Reconfigure
  | Reconfigured
  | VoterMessage
  | Retired
  | Report
  | Neighbours
  | Ephemeral
  | RoutedQuestion
  | RoutedAnswer
  | RepairMessage;
