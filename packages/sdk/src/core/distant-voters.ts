import type { Correspondent, DistantPeer, LinkId, Peer } from "./peer.ts";
import type { RoutedAnswerBody, RoutedQuestionBody } from "./routed-messages.ts";
import type { Environment } from "./environment.ts";
import type { Message } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import type { Route } from "./voter-routes.ts";
import type { VoterCounters } from "./voter-counters.ts";

/** Until a question that nobody has answered is asked again: whoever was to pass it on may be gone. Longer than a commit and a wide mesh take. */
export const RETRY_MS = 2000;

export interface Asked {
  readonly question: RoutedQuestionBody;
  /** The voter's counter that was known before it was asked: an honest answer tells no lower one (Q3). */
  readonly floor: number;
  askedAt: number;
}

/** One that can be asked. */
export interface DistantVoter extends DistantPeer {
  readonly nonce: string;
  /** By what answers them. */
  readonly asked: Map<string, Asked>;
}

/** What is told of voters that are reached over others. */
export interface DistantListener {
  ready(voter: Correspondent): void;
  lost(link: LinkId): void;
  answered(voter: Correspondent, answer: RoutedAnswerBody): void;
  /** Whether somebody still waits for an answer. */
  isOpen(question: RoutedQuestionBody): boolean;
}

/**
 * The voters that are no neighbours of this replica (T7). To what asks voters each is a link like others, on which questions leave by the
 * route of the moment. A route over another neighbour is a new link: what has not been answered is asked again there.
 */
export class DistantVoters {
  readonly links: Map<LinkId, DistantVoter>;
  readonly #env: Environment;
  readonly #counters: VoterCounters;
  readonly #mint: { link(): LinkId; nonce(): string };
  readonly #listener: DistantListener;

  constructor(
    env: Environment,
    links: Map<LinkId, DistantVoter>,
    counters: VoterCounters,
    mint: { link(): LinkId; nonce(): string },
    listener: DistantListener,
  ) {
    this.#env = env;
    this.links = links;
    this.#counters = counters;
    this.#mint = mint;
    this.#listener = listener;
  }

  /** New ones are there before old ones go, so that nobody is out of reach in between. */
  routesChanged(routes: ReadonlyMap<NodeId, Route>): void {
    const before = new Map([...this.links.values()].map((voter) => [voter.nodeId, voter]));
    const gone: LinkId[] = [];
    const come: DistantVoter[] = [];
    for (const [nodeId, voter] of before) {
      const route = routes.get(nodeId);
      if (route?.hops === 1 || route?.link !== voter.via) gone.push(voter.link);
      else this.links.set(voter.link, { ...voter, hops: route.hops });
    }
    for (const [nodeId, { link: via, hops }] of routes) {
      if (hops === 1 || before.get(nodeId)?.via === via) continue;
      const voter = { link: this.#mint.link(), nodeId, via, hops, nonce: this.#mint.nonce(), asked: new Map() };
      this.links.set(voter.link, voter);
      come.push(voter);
    }
    for (const link of gone) this.links.delete(link);
    for (const link of gone) this.#listener.lost(link);
    for (const voter of come) this.#listener.ready(voter);
  }

  /** Takes what is sent on one of these links. */
  send(link: LinkId, message: Message): void {
    const voter = this.links.get(link);
    if (voter === undefined || !isQuestion(message)) return;
    const known = voter.asked.get(keyOf(message));
    const floor = known?.floor ?? this.#counters.seenOf(voter.nodeId);
    voter.asked.set(keyOf(message), { question: message, floor, askedAt: this.#env.now() });
    this.#ask(voter, message);
  }

  onAnswer(by: Peer, nonce: string, answer: RoutedAnswerBody): void {
    const voter = [...this.links.values()].find((known) => known.nonce === nonce && known.via === by.link);
    const key = keyOf(answer);
    const asked = voter?.asked.get(key);
    if (voter === undefined || asked === undefined) return;
    if (answer.type !== "read-reply" || answer.part === answer.parts - 1) voter.asked.delete(key);
    if ("counter" in answer) {
      // Answers overtake each other on their ways; what was asked later than a counter was known does not fall behind it.
      if (answer.counter < asked.floor) this.#counters.note(voter.nodeId, answer.counter);
      else this.#counters.noteOvertaken(voter.nodeId, answer.counter);
    }
    this.#listener.answered(voter, answer);
  }

  wake(): void {
    for (const voter of this.links.values()) {
      for (const [key, asked] of voter.asked) {
        if (this.#env.now() < asked.askedAt + RETRY_MS) continue;
        asked.askedAt = this.#env.now();
        if (this.#listener.isOpen(asked.question)) this.#ask(voter, asked.question);
        else voter.asked.delete(key);
      }
    }
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { asked } of this.links.values())
      for (const { askedAt } of asked.values()) next = Math.min(next ?? Number.POSITIVE_INFINITY, askedAt + RETRY_MS);
    return next;
  }

  #ask({ nodeId: target, via, nonce }: DistantVoter, body: RoutedQuestionBody): void {
    const route = [this.#env.state.nodeId];
    this.#env.emit({ type: "send", link: via, message: { type: "routed-question", target, nonce, route, body } });
  }
}

function isQuestion(message: Message): message is RoutedQuestionBody {
  return message.type === "ack-request" || message.type === "read-request" || message.type === "reconfigure";
}

/** Requests are numbered by each kind of question. */
function keyOf({ type, request }: RoutedQuestionBody | RoutedAnswerBody): string {
  const kinds = { "ack-request": "ack", "read-request": "read-reply", reconfigure: "reconfigured" } as const;
  return `${type in kinds ? kinds[type as keyof typeof kinds] : type} ${request}`;
}
