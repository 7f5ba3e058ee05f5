import type { Correspondent, LinkId, Peer } from "./peer.ts";
import { type DistantListener, type DistantVoter, DistantVoters } from "./distant-voters.ts";
import type { Environment } from "./environment.ts";
import { EphemeralMessages } from "./ephemeral-messages.ts";
import type { Message, Neighbours } from "./messages.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { RoutedMail } from "./routed-mail.ts";
import type { RoutedQuestionBody } from "./routed-messages.ts";
import type { VoterCounters } from "./voter-counters.ts";

/** What the rest of a replica hears of those that are no neighbours. */
export interface MeshListener extends DistantListener {
  asked(asker: Correspondent, question: RoutedQuestionBody): void;
  forgotten(asker: LinkId): void;
}

/** All that a mesh in which not all are connected to all adds to a replica (T7). */
export class PartialMesh {
  readonly neighbourhood: Neighbourhood;
  readonly distant: DistantVoters;
  readonly mail: RoutedMail;
  readonly ephemeral: EphemeralMessages;
  #lastLink = 0;

  constructor(
    env: Environment,
    links: Map<LinkId, DistantVoter>,
    counters: VoterCounters,
    nonce: () => string,
    listener: MeshListener,
  ) {
    const link = (): LinkId => --this.#lastLink as LinkId;
    this.distant = new DistantVoters(env, links, counters, { link, nonce }, listener);
    this.neighbourhood = new Neighbourhood(env, () => this.distant.routesChanged(this.neighbourhood.routes));
    this.mail = new RoutedMail(env, (voter) => this.neighbourhood.routes.get(voter), link, {
      asked: (asker, question) => listener.asked(asker, question),
      answered: (by, answeredNonce, answer) => this.distant.onAnswer(by, answeredNonce, answer),
      forgotten: (asker) => listener.forgotten(asker),
    });
    this.ephemeral = new EphemeralMessages(env, this.neighbourhood, nonce);
  }

  peerUp(peer: Peer): void {
    this.mail.peerUp(peer);
    this.neighbourhood.peerUp(peer);
    this.ephemeral.peerUp(peer);
    this.ephemeral.meshChanged();
  }

  peerDown(link: LinkId): void {
    this.mail.peerDown(link);
    this.neighbourhood.peerDown(link);
    this.ephemeral.peerDown(link);
    this.ephemeral.meshChanged();
  }

  /** Returns why no correct peer sends this, if so. */
  onNeighbours(peer: Peer, message: Neighbours): string | undefined {
    const fault = this.neighbourhood.onNeighbours(peer, message);
    this.ephemeral.meshChanged();
    return fault;
  }

  /** Takes what is sent to a voter or an asker that is no neighbour; returns whether the link is one of theirs. */
  send(link: LinkId, message: Message): boolean {
    if (link >= 0) return false;
    if (this.distant.links.has(link)) this.distant.send(link, message);
    else this.mail.answer(link, message);
    return true;
  }

  wake(): void {
    this.neighbourhood.wake();
    this.distant.wake();
    this.mail.wake();
  }

  nextWake(): number | undefined {
    const times = [this.neighbourhood, this.distant, this.mail].map((part) => part.nextWake());
    const next = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    return Number.isFinite(next) ? next : undefined;
  }
}
