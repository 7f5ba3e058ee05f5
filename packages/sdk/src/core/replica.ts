import type { Effect, Input } from "./effects.ts";
import { DurableState, type StoreImage } from "./durable-state.ts";
import type { CoreConfig, Environment } from "./environment.ts";
import type { Correspondent, LinkId, Peer } from "./peer.ts";
import { WriteOperations } from "./write-operations.ts";
import { WriteQuorum } from "./write-quorum.ts";
import { AckDesk } from "./acknowledgement.ts";
import { AntiEntropy } from "./anti-entropy.ts";
import { ContextHistory } from "./context-history.ts";
import { ClockSkewNotices } from "./clock-skew-notices.ts";
import { type Answer, CommitQueue } from "./commit-queue.ts";
import type { DistantVoter } from "./distant-voters.ts";
import type { Draft } from "./draft.ts";
import { ForcedSync } from "./forced-sync.ts";
import { Handshake } from "./handshake.ts";
import { LivePush } from "./live-push.ts";
import type { Message } from "./messages.ts";
import { PartialMesh } from "./partial-mesh.ts";
import { PayloadLoads } from "./payload-loads.ts";
import { PeerStatus } from "./peer-status.ts";
import { PreferredNeighbours } from "./preferred-neighbours.ts";
import { ReadDesk } from "./read-desk.ts";
import { ReadPhase } from "./read-phase.ts";
import { ReadQuorum } from "./read-quorum.ts";
import { type Mint, Reconfiguration } from "./reconfiguration.ts";
import { Mending } from "./mending.ts";
import { Repairs } from "./repairs.ts";
import type { SeenCounter } from "./store-layout.ts";
import { TombstoneCollection } from "./tombstone-collection.ts";
import { contextFault } from "./context-fault.ts";
import { SessionWaits } from "./session-wait.ts";
import { messageFault } from "./message-fault.ts";
import { askPeer, isOpen, type Listeners, routeAnswer, routeMessage, routeQuestion } from "./message-routing.ts";
import { takeIdentity } from "./new-identity.ts";
import { VoterCounters } from "./voter-counters.ts";

/**
 * One replica: composes the machines and routes what happens to them. Pure: `handle` takes an input and the time and returns the
 * effects in the order in which they must be carried out; time, randomness and payloads come from outside.
 */
export class Replica {
  readonly state: DurableState;
  readonly #env: Environment;
  readonly #peers = new Map<LinkId, Peer>();
  readonly #distant = new Map<LinkId, DistantVoter>();
  readonly #queue: CommitQueue;
  readonly #writes: WriteOperations;
  readonly #handshake: Handshake;
  readonly #mesh: PartialMesh;
  readonly #antiEntropy: AntiEntropy;
  readonly #livePush: LivePush;
  readonly #desk: AckDesk;
  readonly #quorum: WriteQuorum;
  readonly #readDesk: ReadDesk;
  readonly #readPhase: ReadPhase;
  readonly #reads: ReadQuorum;
  readonly #sessions: SessionWaits;
  readonly #counters: VoterCounters;
  readonly #reconfiguration: Reconfiguration;
  readonly #repairs: Repairs;
  readonly #mending: Mending;
  readonly #forcedSync: ForcedSync;
  readonly #history: ContextHistory;
  readonly #status: PeerStatus;
  readonly #collection: TombstoneCollection;
  readonly #preferred: PreferredNeighbours;
  readonly #listeners: Listeners;
  readonly #loads = new PayloadLoads((effect) => this.#emit(effect));
  #effects: Effect[] = [];
  #pausing = false;
  #now = 0;

  constructor(image: StoreImage, config: CoreConfig, seenCounters: readonly SeenCounter[], mint: Mint) {
    this.state = new DurableState(image, mint.fraction());
    this.#queue = new CommitQueue(this.state, (draft) => [
      ...this.#desk.answerableIn(draft),
      ...this.#counters.keepIn(draft),
    ]);
    const env: Environment = {
      config,
      state: this.state,
      queue: this.#queue,
      peers: this.#peers,
      distant: this.#distant,
      now: () => this.#now,
      emit: (effect) => this.#emit(effect),
      load: (keys, then) => this.#loads.begin(keys, then),
      mend: (dots, done) => this.#mending.mend(dots, done),
    };
    this.#preferred = new PreferredNeighbours(env);
    const skew = new ClockSkewNotices(env);
    const noteReceived = (from: Correspondent, draft: Draft): void => skew.note(from, draft);
    this.#env = env;
    this.#handshake = new Handshake(env);
    this.#counters = new VoterCounters(env, seenCounters, () => this.#voterForgot());
    this.#mesh = new PartialMesh(env, this.#distant, this.#counters, () => mint.nonce(), {
      asked: (asker, question) => routeQuestion(this.#listeners, asker, question),
      answered: (voter, answer) => {
        if (this.#fault(answer) === undefined) routeAnswer(this.#listeners, voter, answer);
      },
      isOpen: (question) => isOpen(this.#listeners, question),
      ready: (voter) => {
        askPeer(this.#listeners, voter);
        this.#status.tell();
      },
      lost: (link) => this.#voterLost(link),
      forgotten: (link) => this.#forgetAsker(link),
    });
    this.#livePush = new LivePush(env, this.#mesh.neighbourhood, noteReceived);
    this.#repairs = new Repairs(env, noteReceived, (peer, fault) =>
      this.#handshake.turnAway(peer.link, peer.nodeId, fault),
    );
    this.#antiEntropy = new AntiEntropy(
      env,
      (link) => this.#livePush.underWay(link),
      noteReceived,
      this.#repairs,
      this.#mesh.neighbourhood,
    );
    this.#forcedSync = new ForcedSync(env, this.#repairs);
    this.#mending = new Mending(env, () => {
      this.#antiEntropy.contextReset();
      this.#repairs.breakOffAll();
    });
    this.#history = new ContextHistory(this.state.context);
    this.#status = new PeerStatus(env, this.#antiEntropy, this.#history);
    this.#collection = new TombstoneCollection(env, this.#history, image.leases, this.#mesh.neighbourhood);
    this.#quorum = new WriteQuorum(env, (record, nodeId) => this.#counters.trusts(record, nodeId), {
      ask: (request, ref, dots) => this.#desk.ask({ asker: "self", request, ref, dots }),
      forget: (request) => this.#desk.forget("self", request),
    });
    this.#desk = new AckDesk(env, (request) => this.#quorum.onOwnAck(request));
    this.#readDesk = new ReadDesk(env, (request, ref) => this.#readPhase.onOwnReply(request, ref));
    this.#readPhase = new ReadPhase(env, this.#counters, this.#quorum, this.#readDesk, noteReceived);
    this.#writes = new WriteOperations(env, mint, this.#readPhase, this.#quorum, this.#livePush, this.#collection.cuts);
    this.#reads = new ReadQuorum(env, this.#readPhase, this.#quorum, this.#livePush);
    this.#sessions = new SessionWaits(env);
    this.#reconfiguration = new Reconfiguration(env, this.#counters, mint, () => this.#recordChanged());
    this.#listeners = {
      mesh: this.#mesh,
      antiEntropy: this.#antiEntropy,
      livePush: this.#livePush,
      repairs: this.#repairs,
      collection: this.#collection,
      counters: this.#counters,
      quorum: this.#quorum,
      desk: this.#desk,
      readDesk: this.#readDesk,
      readPhase: this.#readPhase,
      reconfiguration: this.#reconfiguration,
      status: this.#status,
    };
  }

  handle(input: Input, nowMs: number): readonly Effect[] {
    this.#now = nowMs;
    this.#route(input);
    this.#commitNext();
    const preferred = this.#preferred.news();
    if (preferred !== undefined) this.#effects.push({ type: "prefer", nodeIds: preferred });
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** When `wake` next has something to do: milliseconds since 1970, or `undefined`. */
  nextWake(): number | undefined {
    const times = [
      this.#handshake,
      this.#mesh,
      this.#antiEntropy,
      this.#repairs,
      this.#quorum,
      this.#readPhase,
      this.#sessions,
      this.#reconfiguration,
      this.#forcedSync,
      this.#status,
      this.#collection,
    ]
      .map((machine) => machine.nextWake())
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  get status(): PeerStatus {
    return this.#status;
  }

  /** Whether nothing waits to be stored. */
  get isSettled(): boolean {
    return this.#queue.isEmpty;
  }

  #route(input: Input): void {
    switch (input.type) {
      case "wake":
        this.#wake();
        return;
      case "write":
        this.#writes.write(input);
        return;
      case "read":
        this.#reads.begin(input);
        return;
      case "await-session":
        this.#sessions.begin(input);
        return;
      case "confirm":
        this.#writes.confirm(input);
        return;
      case "reconfigure":
        this.#reconfiguration.requests.request(input.op, input.change, input.nodeId, input.deadline);
        return;
      case "force-sync":
        this.#forcedSync.begin(input.op, input.nodeId, input.deadline);
        return;
      case "abandon":
        this.#quorum.abandon(input.op);
        this.#readPhase.abandon(input.op);
        this.#reads.abandon(input.op);
        this.#sessions.abandon(input.op);
        this.#reconfiguration.requests.abandon(input.op);
        this.#forcedSync.abandon(input.op);
        return;
      case "link-up":
        this.#handshake.begin(input.link, input.claims);
        return;
      case "link-down":
        this.#linkDown(input.link);
        return;
      case "message":
        this.#message(input.link, input.message);
        return;
      case "committed":
        this.#committed();
        return;
      case "commit-failed":
        this.#writes.commitFailed();
        this.#queue.failed(input.error);
        return;
      case "go-on":
        this.#goOn();
        return;
      case "signed":
        this.#goOn(input.signatures);
        return;
      case "sign-failed":
        this.#pausing = false;
        this.#queue.stagingFailed(input.error);
        return;
      case "loaded":
        this.#loads.loaded(input.load, input.versions);
        return;
      case "damaged":
        this.#mending.mendFor(input.op, input.dots);
        return;
      case "new-identity":
        takeIdentity(this.#env, input.op, input.nodeId);
        return;
      case "open-channels":
      case "say":
        this.#mesh.ephemeral.handle(input);
        return;
    }
  }

  #wake(): void {
    this.#handshake.wake();
    this.#mesh.wake();
    this.#repairs.wake();
    this.#antiEntropy.wake();
    this.#quorum.wake();
    this.#readPhase.wake();
    this.#sessions.wake();
    this.#forcedSync.wake();
    this.#reconfiguration.wake();
    this.#status.tell();
    this.#collection.wake();
  }

  #message(link: LinkId, message: Message): void {
    if (message.type === "hello") {
      const peer = this.#handshake.onHello(link, message);
      if (peer !== undefined) this.#peerUp(peer, message.counter);
      return;
    }
    const peer = this.#peers.get(link);
    const fault = peer === undefined ? undefined : this.#fault(message);
    if (peer === undefined) this.#handshake.onWordBeforeHello(link, message.type);
    else if (fault !== undefined) this.#handshake.turnAway(link, peer.nodeId, fault);
    else this.#hear(peer, message);
  }

  #fault(message: Message): string | undefined {
    return messageFault(message, this.state, this.#env.config.documents) ?? contextFault(message, this.state.context);
  }

  #hear(peer: Peer, message: Exclude<Message, { type: "hello" }>): void {
    const fault = routeMessage(this.#listeners, peer, message);
    if (fault !== undefined) this.#handshake.turnAway(peer.link, peer.nodeId, fault);
  }

  #peerUp(peer: Peer, counter: number): void {
    this.#peers.set(peer.link, peer);
    this.#counters.note(peer.nodeId, counter);
    this.#mesh.peerUp(peer);
    this.#livePush.peerUp(peer.link);
    this.#repairs.peerUp(peer);
    this.#antiEntropy.peerUp(peer);
    this.#collection.peerUp(peer);
    this.#reconfiguration.peerUp(peer);
    askPeer(this.#listeners, peer);
    this.#status.compare(peer);
    this.#status.tell();
  }

  #linkDown(link: LinkId): void {
    this.#handshake.forget(link);
    const peer = this.#peers.get(link);
    if (peer === undefined) return;
    this.#peers.delete(link);
    this.#mesh.peerDown(link);
    this.#livePush.peerDown(link);
    this.#antiEntropy.peerDown(link);
    this.#repairs.peerDown(link);
    this.#collection.peerDown(link);
    this.#forcedSync.peerDown(link);
    this.#forgetAsker(link);
    this.#reconfiguration.peerDown(peer.nodeId);
    this.#voterLost(link);
  }

  #forgetAsker(link: LinkId): void {
    this.#desk.forget(link);
    this.#readDesk.forget(link);
  }

  /** Whether neighbour or reached over others: its link is gone. */
  #voterLost(link: LinkId): void {
    this.#readPhase.peerDown(link);
    this.#quorum.voterLost();
    this.#status.tell();
  }

  #emit(effect: Effect): void {
    if (effect.type !== "send" || !this.#mesh.send(effect.link, effect.message)) this.#effects.push(effect);
  }

  #committed(): void {
    const draft = this.#queue.committed();
    this.#writes.leave();
    for (const id of draft.conflicts) this.#env.emit({ type: "notice", notice: { type: "conflict", id } });
    if (draft.changed.size > 0) this.#env.emit({ type: "changed", ids: draft.changed });
    this.#history.note(this.state.context, this.#now);
    this.#antiEntropy.committed();
    this.#collection.committed();
    this.#sessions.contextChanged();
    this.#status.contextChanged();
    this.#status.tell();
    this.#reconfiguration.evaluate();
  }

  #goOn(answer?: Answer): void {
    this.#pausing = false;
    this.#queue.goOn(answer);
  }

  #commitNext(): void {
    for (let next = this.#queue.next(this.#now); next !== undefined; next = this.#queue.next(this.#now)) {
      if (next.batch !== undefined) {
        this.#env.emit({ type: "commit", batch: next.batch, strict: next.strict });
        return;
      }
      this.#committed();
    }
    if (!this.#queue.isStaging || this.#pausing) return;
    this.#pausing = true;
    const wanted = this.#queue.wanted;
    if (wanted === undefined) this.#env.emit({ type: "pause" });
    else if ("unsigned" in wanted) this.#env.emit({ type: "sign", versions: wanted.unsigned });
    else this.#loads.begin(wanted.keys, (versions) => this.#goOn(versions));
  }

  /** Q3: what waits for its word does not wait in vain. */
  #voterForgot(): void {
    this.#readPhase.voterLost();
    this.#quorum.voterLost();
  }

  #recordChanged(): void {
    this.#mesh.neighbourhood.recordChanged();
    this.#desk.recordChanged();
    this.#readDesk.recordChanged();
    this.#readPhase.recordChanged();
    this.#reads.recordChanged();
    this.#quorum.recordChanged();
  }
}
