import type { RoutedAnswer, RoutedAnswerBody, RoutedQuestion, RoutedQuestionBody } from "./routed-messages.ts";
import { ByteAllowance } from "./byte-allowance.ts";
import type { Correspondent, LinkId, Peer } from "./peer.ts";
import type { Environment } from "./environment.ts";
import { MAX_ROUTE_HOPS, type Route } from "./voter-routes.ts";
import type { Message } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import { packedBytes } from "./packing.ts";
import { peerOf } from "./environment.ts";
import { RETRY_MS } from "./distant-voters.ts";

/**
 * Questions that one neighbour may bring, its own and others'. What waits here for its answer is bounded by it, too: the 80 askers behind one of a voter's
 * twelve neighbours in a room of a thousand come to a tenth if each writes once a second.
 */
export const QUESTION_BYTES: { readonly atOnce: number; readonly perSecond: number } = {
  atOnce: 1024 * 1024,
  perSecond: 64 * 1024,
};
/** Answers that one neighbour may bring: at once what the largest question is answered by, 1,000 ids with a few siblings of 384 floats. */
export const ANSWER_BYTES: { readonly atOnce: number; readonly perSecond: number } = {
  atOnce: 8 * 1024 * 1024,
  perSecond: 1024 * 1024,
};
/** Askers whose way back is remembered: all of a large room. */
const MAX_ASKERS = 4096;
/** Who waits asks again long before. */
const ASKER_FORGOTTEN_MS: number = 3 * RETRY_MS;
/** A message's fields beside ids, contexts and versions. */
const HEAD_BYTES = 64;

interface Asker extends Correspondent {
  readonly nonce: string;
  /** By which connection it has asked last, and over whom. */
  backBy: LinkId;
  route: readonly NodeId[];
  heardAt: number;
}

interface Allowances {
  readonly questions: ByteAllowance;
  readonly answers: ByteAllowance;
}

export interface MailOffice {
  /** Answered by a send on the asker's link, which is none of a connection. */
  asked(asker: Correspondent, question: RoutedQuestionBody): void;
  /** This replica's own question has been answered; `by` is who has brought it. */
  answered(by: Peer, nonce: string, answer: RoutedAnswerBody): void;
  forgotten(asker: LinkId): void;
}

/**
 * Passes on what is asked of voters over others, and their answers (T7); and is the voter's end of it: whoever asks from afar has a link here like
 * a peer that asks itself, which leads back the way that the question came.
 *
 * Invariant: nothing is kept of what is passed on; of who asks here, as long as it goes on asking.
 */
export class RoutedMail {
  readonly #env: Environment;
  readonly #route: (voter: NodeId) => Route | undefined;
  readonly #mintLink: () => LinkId;
  readonly #office: MailOffice;
  readonly #allowances = new Map<LinkId, Allowances>();
  readonly #askers = new Map<LinkId, Asker>();
  readonly #linkOf = new Map<string, LinkId>();

  constructor(
    env: Environment,
    route: (voter: NodeId) => Route | undefined,
    mintLink: () => LinkId,
    office: MailOffice,
  ) {
    this.#env = env;
    this.#route = route;
    this.#mintLink = mintLink;
    this.#office = office;
  }

  peerUp({ link }: Peer): void {
    const now = this.#env.now();
    this.#allowances.set(link, {
      questions: new ByteAllowance(QUESTION_BYTES.atOnce, QUESTION_BYTES.perSecond, now),
      answers: new ByteAllowance(ANSWER_BYTES.atOnce, ANSWER_BYTES.perSecond, now),
    });
  }

  peerDown(link: LinkId): void {
    this.#allowances.delete(link);
  }

  /** Returns why no correct peer sends this, if so. */
  onQuestion(peer: Peer, message: RoutedQuestion): string | undefined {
    const { target, route, body } = message;
    const { nodeId: self } = this.#env.state;
    if (route.at(-1) !== peer.nodeId) return "a question that does not say who has passed it on";
    const allowed = this.#allowances.get(peer.link)?.questions.take(bytesOf(body), this.#env.now());
    if (allowed !== true || route.includes(self)) return undefined;
    if (target === self) {
      this.#office.asked(this.#asker(peer, message), body);
      return undefined;
    }
    const next = this.#next(target);
    if (next !== undefined && !route.includes(next.nodeId) && route.length < MAX_ROUTE_HOPS)
      this.#env.emit({ type: "send", link: next.link, message: { ...message, route: [...route, self] } });
    return undefined;
  }

  onAnswer(peer: Peer, message: RoutedAnswer): void {
    const { nonce, route, body } = message;
    if (this.#allowances.get(peer.link)?.answers.take(bytesOf(body), this.#env.now()) !== true) return;
    const next = route.at(-1);
    if (next === undefined) {
      this.#office.answered(peer, nonce, body);
      return;
    }
    const to = peerOf(this.#env.peers, next);
    if (to !== undefined)
      this.#env.emit({ type: "send", link: to.link, message: { ...message, route: route.slice(0, -1) } });
  }

  /** Answers an asker. A refusal is not sent: the news that it tells go from neighbour to neighbour. */
  answer(link: LinkId, body: Message): void {
    const asker = this.#askers.get(link);
    if (asker === undefined || !isAnswer(body) || !this.#env.peers.has(asker.backBy)) return;
    const { nonce, route } = asker;
    this.#env.emit({ type: "send", link: asker.backBy, message: { type: "routed-answer", nonce, route, body } });
  }

  wake(): void {
    for (const asker of this.#askers.values()) {
      if (this.#env.now() < asker.heardAt + ASKER_FORGOTTEN_MS) return;
      this.#forget(asker);
    }
  }

  nextWake(): number | undefined {
    const [oldest] = this.#askers.values();
    return oldest && oldest.heardAt + ASKER_FORGOTTEN_MS;
  }

  #next(target: NodeId): Peer | undefined {
    const route = this.#route(target);
    return route === undefined ? peerOf(this.#env.peers, target) : this.#env.peers.get(route.link);
  }

  /** Known by the nonce: a NodeId anybody could name, and take the answers. */
  #asker(peer: Peer, { nonce, route }: RoutedQuestion): Asker {
    const link = this.#linkOf.get(nonce) ?? this.#mintLink();
    const asker: Asker = {
      link,
      nodeId: route[0] ?? peer.nodeId,
      nonce,
      backBy: peer.link,
      route: route.slice(0, -1),
      heardAt: this.#env.now(),
    };
    // In the order of hearing, so that the first are the oldest.
    this.#askers.delete(link);
    this.#askers.set(link, asker);
    this.#linkOf.set(nonce, link);
    const [oldest] = this.#askers.values();
    if (this.#askers.size > MAX_ASKERS && oldest !== undefined) this.#forget(oldest);
    return asker;
  }

  #forget({ link, nonce }: Asker): void {
    this.#askers.delete(link);
    this.#linkOf.delete(nonce);
    this.#office.forgotten(link);
  }
}

function isAnswer(message: Message): message is RoutedAnswerBody {
  return message.type === "ack" || message.type === "read-reply" || message.type === "reconfigured";
}

/** About as many as in its frame. */
function bytesOf(body: RoutedQuestionBody | RoutedAnswerBody): number {
  let bytes = HEAD_BYTES;
  if (body.type === "ack-request")
    for (const intervals of body.dots.origins.values()) bytes += 8 + 4 * intervals.length;
  if (body.type === "read-request") for (const id of body.ids) bytes += id.length;
  if (body.type === "read-reply") for (const version of body.versions) bytes += packedBytes(version);
  return bytes;
}
