import type { CausalContext } from "../core/causal-context.ts";
import type { ContextDigest } from "../core/context-digest.ts";
import { DecodeError } from "../core/codec/decode-error.ts";
import { decodeMessage } from "../core/codec/frames.ts";
import { dotName } from "./stored-image.ts";
import type { EpochRef, Message } from "../core/messages.ts";
import { repairCodecs } from "../core/codec/repair-messages.ts";
import type { ReplicaSetRecord } from "../core/replica-set.ts";
import type { VersionStamp } from "../core/version.ts";

/** Ids are random: their first digits tell them apart in one run. */
const SHORT = 4;

/** A frame in one line of a trace. */
export function messageText(bytes: Uint8Array): string {
  try {
    const message = decodeMessage(bytes);
    return `${message.type} ${detail(message)}`.trimEnd();
  } catch (error) {
    // A liar's frame, which a replica refuses too; the trace goes on.
    if (error instanceof DecodeError) return `${bytes.length} bytes that are no frame: ${error.reason}`;
    throw error;
  }
}

const BACKGROUND_CODES: readonly number[] = [repairCodecs["repair-check"].code, repairCodecs["repair-checked"].code];

/** What two equal replicas ask each other every ten minutes, for good (S8). A frame's second byte is its type. */
export function isBackgroundCheck(bytes: Uint8Array): boolean {
  return BACKGROUND_CODES.includes(bytes[1] ?? 0);
}

export function recordText({ lineage, epoch, voters, formed, yieldsTo }: ReplicaSetRecord): string {
  const names = voters.map((voter) => voter.nodeId.slice(0, SHORT)).join(",");
  const yields = yieldsTo === undefined ? "" : ` yields to ${lineageText(yieldsTo)}`;
  return `${lineageText(lineage)}e${epoch} {${names}}${formed ? " formed" : ""}${yields}`;
}

function epochText({ lineage, epoch }: EpochRef): string {
  return `${lineageText(lineage)}e${epoch}`;
}

/** A lineage id begins with its founding time. */
function lineageText(lineage: string): string {
  return lineage.slice(-SHORT);
}

export function versionText({ id, dot, tombstone, context }: VersionStamp): string {
  const seen = [...context].map(([origin, seq]) => shortDot(dotName({ origin, seq }))).join(" ");
  return `${tombstone ? "delete" : "put"} ${id} ${shortDot(dotName(dot))} over [${seen}]`;
}

function shortDot(name: string): string {
  const [origin, seq] = name.split("/");
  return `${origin?.slice(0, SHORT)}/${seq}`;
}

function contextText(context: CausalContext): string {
  return [...context.origins]
    .map(([origin, intervals]) => `${origin.slice(0, SHORT)}:${intervals.join("-")}`)
    .join(" ");
}

function digestText(digest: ContextDigest): string {
  return digest.words.reduce((sum, word) => (Math.imul(sum, 31) + word) >>> 0, 0).toString(16);
}

function detail(message: Message): string {
  switch (message.type) {
    case "hello":
      return `${message.nodeId.slice(0, SHORT)} counter ${message.counter} ${recordText(message.replicaSet)}`;
    case "digest":
      return digestText(message.digest);
    case "ephemeral":
      return `${message.opening}:${message.seq} ${message.channel} +${message.reach}`;
    case "report":
      return `${digestText(message.digest)}${message.wanted ? " wanted" : ""} leases ${message.leased.map((nodeId) => nodeId.slice(0, SHORT)).join(" ")}`;
    case "pull":
      return `#${message.session} [${contextText(message.context)}] in ${message.buckets.size} buckets`;
    case "pull-more":
      return `#${message.session}`;
    case "batch":
      return `#${message.session}.${message.index} ${message.versions.map(versionText).join("; ")}`;
    case "batch-ack":
      return `#${message.session}.${message.index}`;
    case "session-end":
      return `#${message.session} ${message.outcome} [${contextText(message.context)}]`;
    case "push":
      return `${message.versions.map(versionText).join("; ")}${message.ack === undefined ? "" : ` ack? ${message.ack.request} e${message.ack.epoch}`}${message.relayed === true ? " relayed" : ""}`;
    case "ack-request":
      return `${message.request} ${lineageText(message.lineage)}e${message.epoch} [${contextText(message.dots)}]`;
    case "ack":
      return `${message.request} ${lineageText(message.lineage)}e${message.epoch} counter ${message.counter}`;
    case "nack":
      return `${message.request} ${recordText(message.replicaSet)}`;
    case "read-request":
      return `${message.request} ${lineageText(message.lineage)}e${message.epoch} ${message.ids.join(" ")}`;
    case "read-reply":
      return `${message.request}.${message.part} ${lineageText(message.lineage)}e${message.epoch} counter ${message.counter} ${message.versions.map(versionText).join("; ")}`;
    case "replica-set":
      return `${message.isHome ? "" : "also "}${recordText(message.replicaSet)}${message.decided === undefined ? "" : ` then ${recordText(message.decided)}`}`;
    case "seal":
      return `${recordText(message.replicaSet)} for ${recordText(message.decided)}`;
    case "prepare":
    case "accepted":
      return `${epochText(message)} ballot ${message.ballot.counter}`;
    case "promise":
      return `${epochText(message)} ballot ${message.ballot.counter}${message.accepted === undefined ? "" : ` accepted ${recordText(message.accepted.replicaSet)}`}`;
    case "accept":
      return `${recordText(message.replicaSet)} ballot ${message.ballot.counter}`;
    case "ballot-refused":
      return `${epochText(message)} ballot ${message.ballot.counter} below ${message.promised.counter}`;
    case "install":
      return `${epochText(message)} into ${epochText(message.target)} [${contextText(message.context)}]`;
    case "installed":
      return `${epochText(message)} into ${epochText(message.target)}`;
    case "distrust":
      return `${message.nodeId.slice(0, SHORT)} in ${epochText(message)}`;
    case "reconfigure":
      return `${message.change} ${message.nodeId.slice(0, SHORT)}`;
    case "reconfigured":
      return message.outcome;
    case "sealed":
      return `${epochText(message)}${message.installed ? " installed" : ""} [${contextText(message.context)}]`;
    case "retired":
      return `${lineageText(message.lineage)} by ${recordText(message.replicaSet)}`;
    case "repair-begin":
    case "repair-begun":
      return `#${message.repair} [${contextText(message.context)}] horizon [${contextText(message.horizon)}]`;
    case "repair-ranges":
      return `#${message.repair} ${message.ranges.length} ranges`;
    case "repair-batch":
      return `#${message.repair}.${message.index} ${message.versions.map(versionText).join("; ")}`;
    case "repair-batch-ack":
      return `#${message.repair}.${message.index}`;
    case "repair-end":
      return `#${message.repair}${message.complete ? "" : " incomplete"} horizon [${contextText(message.horizon)}]`;
    case "repair-done":
      return `#${message.repair} ${message.joined ? "joined" : "not joined"} +${message.gained} -${message.dropped}`;
    case "repair-check":
      return `${message.fingerprint.count} versions`;
    case "repair-checked":
      return message.equal ? "equal" : "differs";
    case "neighbours":
      return `+[${message.come.map((nodeId) => nodeId.slice(0, SHORT)).join(" ")}] -[${message.gone.map((nodeId) => nodeId.slice(0, SHORT)).join(" ")}] ${[...message.routes].map(([voter, hops]) => `${voter.slice(0, SHORT)}:${hops}`).join(" ")}`;
    case "routed-question":
      return `to ${message.target.slice(0, SHORT)} by ${message.route.map((nodeId) => nodeId.slice(0, SHORT)).join(" ")}: ${message.body.type} ${detail(message.body)}`;
    case "routed-answer":
      return `back by ${message.route.map((nodeId) => nodeId.slice(0, SHORT)).join(" ")}: ${message.body.type} ${detail(message.body)}`;
    case "challenge":
    case "proof":
      return "";
  }
}
