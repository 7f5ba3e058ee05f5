import type { AckDesk } from "./acknowledgement.ts";
import type { AntiEntropy } from "./anti-entropy.ts";
import { CausalContext } from "./causal-context.ts";
import type { LivePush } from "./live-push.ts";
import type { Message } from "./messages.ts";
import type { PartialMesh } from "./partial-mesh.ts";
import type { Correspondent, Peer } from "./peer.ts";
import type { PeerStatus } from "./peer-status.ts";
import type { ReadDesk } from "./read-desk.ts";
import type { ReadPhase } from "./read-phase.ts";
import type { Reconfiguration } from "./reconfiguration.ts";
import type { Repairs } from "./repairs.ts";
import type { TombstoneCollection } from "./tombstone-collection.ts";
import type { RoutedAnswerBody, RoutedQuestionBody } from "./routed-messages.ts";
import type { VoterCounters } from "./voter-counters.ts";
import type { WriteQuorum } from "./write-quorum.ts";

/** The machines that peers talk to. */
export interface Listeners {
  readonly mesh: PartialMesh;
  readonly antiEntropy: AntiEntropy;
  readonly livePush: LivePush;
  readonly repairs: Repairs;
  readonly collection: TombstoneCollection;
  readonly counters: VoterCounters;
  readonly quorum: WriteQuorum;
  readonly desk: AckDesk;
  readonly readDesk: ReadDesk;
  readonly readPhase: ReadPhase;
  readonly reconfiguration: Reconfiguration;
  readonly status: PeerStatus;
}

/** Hands a message of a peer that has said hello to whom it concerns. Returns why no correct peer sends it now, if so. */
export function routeMessage(
  to: Listeners,
  peer: Peer,
  message: Exclude<Message, { type: "hello" }>,
): string | undefined {
  switch (message.type) {
    case "digest":
      to.antiEntropy.onDigest(peer, message);
      to.status.compare(peer);
      to.status.tell();
      to.reconfiguration.evaluate();
      return undefined;
    case "pull":
      return to.antiEntropy.onPull(peer, message);
    case "pull-more":
      to.antiEntropy.onPullMore(peer, message);
      return undefined;
    case "batch":
      return to.antiEntropy.onBatch(peer, message);
    case "batch-ack":
      to.antiEntropy.onBatchAck(peer, message);
      return undefined;
    case "session-end":
      return to.antiEntropy.onSessionEnd(peer, message);
    case "repair-begin":
    case "repair-begun":
    case "repair-ranges":
    case "repair-batch":
    case "repair-batch-ack":
    case "repair-end":
    case "repair-done":
    case "repair-check":
    case "repair-checked":
      return to.repairs.onMessage(peer, message);
    case "report":
      to.collection.onReport(peer, message);
      return undefined;
    case "push":
      to.livePush.onPush(peer, message);
      if (message.ack !== undefined) {
        const dots = CausalContext.EMPTY.with(message.versions.map((version) => version.dot));
        to.desk.ask({ asker: peer.link, request: message.ack.request, ref: message.ack, dots });
      }
      return undefined;
    case "ack-request":
      to.desk.ask({ asker: peer.link, request: message.request, ref: message, dots: message.dots });
      return undefined;
    case "ack":
      if (to.counters.note(peer.nodeId, message.counter)) to.reconfiguration.evaluate();
      to.quorum.onAck(peer, message);
      return undefined;
    case "read-request":
      to.readDesk.ask({ asker: peer.link, request: message.request, ref: message, ids: message.ids });
      return undefined;
    case "read-reply":
      to.counters.noteOvertaken(peer.nodeId, message.counter);
      to.readPhase.onReply(peer, message);
      return undefined;
    case "nack":
      to.reconfiguration.onRefusal(peer, message.replicaSet);
      return undefined;
    case "replica-set":
      to.reconfiguration.onNews(peer, message);
      askPeer(to, peer);
      return undefined;
    case "reconfigure":
      to.reconfiguration.requests.onReconfigure(peer, message);
      return undefined;
    case "reconfigured":
      if (!to.mesh.ephemeral.isAnnouncement(peer, message)) to.reconfiguration.requests.onReconfigured(peer, message);
      return undefined;
    case "retired":
      to.reconfiguration.onRetired(peer, message);
      return undefined;
    case "prepare":
    case "promise":
    case "accept":
    case "accepted":
    case "ballot-refused":
    case "seal":
    case "sealed":
    case "install":
    case "installed":
    case "distrust":
      to.reconfiguration.receive(peer.nodeId, message);
      return undefined;
    case "neighbours":
      return to.mesh.onNeighbours(peer, message);
    case "ephemeral":
      to.mesh.ephemeral.onMessage(peer, message);
      return undefined;
    case "routed-question":
      return to.mesh.mail.onQuestion(peer, message);
    case "routed-answer":
      to.mesh.mail.onAnswer(peer, message);
      return undefined;
    case "challenge":
    case "proof":
      return `a ${message.type} after hello`;
  }
}

/** A question that has come over others (T7). */
export function routeQuestion(to: Listeners, asker: Correspondent, question: RoutedQuestionBody): void {
  switch (question.type) {
    case "ack-request":
      to.desk.ask({ asker: asker.link, request: question.request, ref: question, dots: question.dots });
      return;
    case "read-request":
      to.readDesk.ask({ asker: asker.link, request: question.request, ref: question, ids: question.ids });
      return;
    case "reconfigure":
      to.reconfiguration.requests.onReconfigure(asker, question);
      return;
  }
}

/** An answer that has come over others, whose counter has been seen to. */
export function routeAnswer(to: Listeners, voter: Correspondent, answer: RoutedAnswerBody): void {
  switch (answer.type) {
    case "ack":
      to.quorum.onAck(voter, answer);
      return;
    case "read-reply":
      to.readPhase.onReply(voter, answer);
      return;
    case "reconfigured":
      to.reconfiguration.requests.onReconfigured(voter, answer);
      return;
  }
}

/** Whether somebody waits for the answer; what changes a record is asked once, and has its own time-out. */
export function isOpen({ quorum, readPhase }: Listeners, { type, request }: RoutedQuestionBody): boolean {
  if (type === "reconfigure") return false;
  return type === "ack-request" ? quorum.isOpen(request) : readPhase.isOpen(request);
}

/** What waits for this replica's vote asks for it. */
export function askPeer(to: Pick<Listeners, "quorum" | "readPhase">, peer: Correspondent): void {
  to.quorum.peerReady(peer);
  to.readPhase.peerReady(peer);
}
