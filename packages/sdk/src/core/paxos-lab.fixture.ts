import type { Environment } from "./environment.ts";
import { type LineageState, lineagesOf } from "./lineage-state.ts";
import type { LinkId, Peer } from "./peer.ts";
import { configOf, nodeOf, recordOf, stateOf } from "./replica-state.fixture.ts";
import { CommitQueue } from "./commit-queue.ts";
import { Courier } from "./courier.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import { deviceOf } from "./replica-state.fixture.ts";
import type { DurableState } from "./durable-state.ts";
import { EpochVoter } from "./epoch-voter.ts";
import { LineageChanges } from "./lineage-changes.ts";
import { majority, type ReplicaSetRecord } from "./replica-set.ts";
import { originOf } from "./causality.fixture.ts";
import { Proposer } from "./proposer.ts";
import { REPLICA_SETS_KEY } from "./store-layout.ts";
import { VoterCounters } from "./voter-counters.ts";
import type { VoterMessage } from "./messages.ts";

/** The active epoch of an election. */
export const ACTIVE: ReplicaSetRecord = recordOf([1, 2, 3]);

/** Longer than a round takes, and than any wait after a failed one. */
const LONG_MS: number = 10 * 60 * 1000;

/** A message under way between two of the voters. */
export interface Flight {
  readonly from: number;
  readonly to: number;
  readonly message: VoterMessage;
}

/** One voter's acceptor and proposer over a store. What it sends to others flies until the test delivers it. */
class PaxosVoter {
  readonly n: number;
  /** What its proposer has done and heard, in order. */
  #heard = "";
  readonly #lab: PaxosLab;
  readonly #wanted: ReplicaSetRecord;
  #stored: Uint8Array | undefined;
  #openings = 0;
  #now = 0;
  #state!: DurableState;
  #queue!: CommitQueue;
  #proposer!: Proposer;
  #acceptor!: EpochVoter;

  constructor(lab: PaxosLab, n: number, wanted: ReplicaSetRecord) {
    this.#lab = lab;
    this.n = n;
    this.#wanted = wanted;
    this.open();
  }

  /** A new process over what the store holds. */
  open(): void {
    const known = this.#stored && lineagesOf(decodeJsonRecord(this.#stored));
    this.#state = stateOf(this.n, { replicaSet: ACTIVE, ...known });
    this.#queue = new CommitQueue(this.#state, () => []);
    const peers = new Map(ACTIVE.voters.map(({ nodeId }, i) => [i as LinkId, { link: i as LinkId, nodeId } as Peer]));
    peers.delete((this.n - 1) as LinkId);
    const env: Environment = {
      config: configOf(),
      state: this.#state,
      queue: this.#queue,
      peers,
      distant: new Map(),
      now: () => this.#now,
      emit: (effect) => {
        if (effect.type === "send")
          this.#lab.flights.push({ from: this.n, to: effect.link + 1, message: effect.message as VoterMessage });
      },
      load: () => undefined,
      mend: () => undefined,
    };
    const changes = new LineageChanges(env, () => undefined);
    const courier = new Courier(env, (_, message) => this.#take(this.n, message));
    const counters = new VoterCounters(env, [], () => undefined);
    const origin = originOf(16 * this.n + this.#openings++);
    this.#acceptor = new EpochVoter(env, changes, courier, () => undefined);
    this.#proposer = new Proposer(env, changes, courier, counters, () => origin);
    this.#heard = "";
  }

  receive(from: number, message: VoterMessage): void {
    // A store's counter says nothing here.
    if (isAnswer(message)) this.#heard += `${from}${JSON.stringify({ ...message, counter: 0 })};`;
    this.#take(from, message);
    this.#commit();
  }

  /** Gives up what it has under way, and proposes what it wants. */
  propose(): void {
    this.#heard += "proposes;";
    const before = this.#lab.flights.length;
    // A round that is given up is followed by a wait, in which this voter is not asked.
    for (let asked = 0; asked < 2 && this.#lab.flights.length === before; asked++) {
      this.#now += LONG_MS;
      const { lineage } = this;
      this.#proposer.evaluate(lineage, lineage.decided === undefined ? this.#wanted : undefined, true);
      this.#commit();
    }
  }

  /** All that decides what it will do. */
  get state(): string {
    return `${this.#heard} ${JSON.stringify(this.lineage)}`;
  }

  get lineage(): LineageState {
    return this.#state.lineages.get(ACTIVE.lineage)!;
  }

  #take(from: number, message: VoterMessage): void {
    const sender = nodeOf(from);
    if (message.type === "prepare") this.#acceptor.onPrepare(sender, message);
    else if (message.type === "accept") this.#acceptor.onAccept(sender, message);
    else if (message.type === "promise") this.#proposer.onPromise(sender, message);
    else if (message.type === "accepted") this.#proposer.onAccepted(sender, message);
    else if (message.type === "ballot-refused") this.#proposer.onRefused(message);
  }

  #commit(): void {
    for (let next = this.#queue.next(this.#now); next !== undefined; next = this.#queue.next(this.#now)) {
      for (const [key, value] of next.batch?.puts ?? []) if (key === REPLICA_SETS_KEY) this.#stored = value;
      this.#queue.committed();
    }
    this.#lab.note(this);
  }
}

/** The three voters of an epoch decide about the next. Each proposes another set. */
export class PaxosLab {
  readonly flights: Flight[] = [];
  readonly voters: readonly PaxosVoter[];
  /** What a majority has accepted in one ballot, at any time. */
  readonly chosen: Set<string> = new Set();
  /** What any voter has taken for decided, at any time. */
  readonly decided: Set<string> = new Set();
  readonly #acceptors = new Map<string, Set<number>>();

  constructor() {
    this.voters = [1, 2, 3].map((n) => new PaxosVoter(this, n, recordBy(n)));
  }

  /** What was accepted in a ballot stays so, whatever the voter accepts later. */
  note({ n, lineage: { accepted, decided } }: PaxosVoter): void {
    if (decided !== undefined) this.decided.add(nameOf(decided));
    if (accepted === undefined) return;
    const vote = `${JSON.stringify(accepted.ballot)} ${nameOf(accepted.replicaSet)}`;
    const acceptors = (this.#acceptors.get(vote) ?? new Set()).add(n);
    this.#acceptors.set(vote, acceptors);
    if (acceptors.size >= majority(ACTIVE.voters.length)) this.chosen.add(nameOf(accepted.replicaSet));
  }

  /** How many ballots anybody has voted in. */
  get ballots(): number {
    return this.#acceptors.size;
  }

  /** All that decides what can happen next. */
  get state(): string {
    const flights = this.flights.map((flight) => JSON.stringify(flight)).sort();
    return [...this.voters.map((voter) => voter.state), ...flights].join("|");
  }

  /** Delivers a message; `again`: a copy of it goes on flying. */
  land(flight: Flight, again = false): void {
    if (!again) this.lose(flight);
    this.voters[flight.to - 1]!.receive(flight.from, flight.message);
  }

  lose(flight: Flight): void {
    this.flights.splice(this.flights.indexOf(flight), 1);
  }
}

export function isAnswer({ type }: VoterMessage): boolean {
  return type !== "prepare" && type !== "accept";
}

/** A set with a newcomer in the place of the voter after this one. */
function recordBy(n: number): ReplicaSetRecord {
  const other = nodeOf((n % 3) + 1);
  const voters = ACTIVE.voters.filter(({ nodeId }) => nodeId !== other);
  return {
    ...ACTIVE,
    epoch: ACTIVE.epoch + 1,
    voters: [...voters, { nodeId: nodeOf(10 + n), deviceId: deviceOf(10 + n), since: 4, steady: false }],
  };
}

function nameOf(record: ReplicaSetRecord): string {
  return record.voters.map(({ nodeId }) => Number.parseInt(nodeId, 16)).join();
}
