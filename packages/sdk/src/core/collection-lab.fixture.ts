import type { Effect, LocalItem } from "./effects.ts";
import type { LinkId, Peer } from "./peer.ts";
import { configOf, nodeOf, recordOf, stateOf } from "./replica-state.fixture.ts";
import { CausalContext } from "./causal-context.ts";
import type { ContextDigest } from "./context-digest.ts";
import { CommitQueue } from "./commit-queue.ts";
import { ContextHistory } from "./context-history.ts";
import { deviceOf } from "./replica-state.fixture.ts";
import type { DurableState, StoreImage } from "./durable-state.ts";
import type { Environment } from "./environment.ts";
import { LocalWriter } from "./local-writer.ts";
import { originOf } from "./causality.fixture.ts";
import type { NodeId, Origin } from "./node-id.ts";
import type { Report } from "./messages.ts";
import type { StoredVersion } from "./version.ts";
import { TombstoneCollection } from "./tombstone-collection.ts";

/** The collection machine of one replica over a store in memory; its peers are what the test says in their names. */
export class CollectionLab {
  now = 1_000_000;
  readonly state: DurableState;
  readonly store: Map<string, Uint8Array> = new Map();
  readonly reports: Report[] = [];
  readonly collection: TombstoneCollection;
  readonly peers: Map<LinkId, Peer> = new Map();
  readonly #queue: CommitQueue;
  readonly #history: ContextHistory;
  readonly #mintOrigin: () => Origin;
  #writer: LocalWriter;
  commits = 0;
  refusesCommits = false;

  constructor(n: number, voters: readonly number[], image: Partial<StoreImage> = {}, isPartial = false) {
    this.state = stateOf(n, { replicaSet: recordOf(voters), ...image });
    this.#queue = new CommitQueue(this.state, () => []);
    this.#history = new ContextHistory(this.state.context);
    let origins = 0;
    this.#mintOrigin = () => originOf(16 * n + origins++);
    this.#writer = new LocalWriter(this.#mintOrigin);
    const env: Environment = {
      config: configOf(),
      state: this.state,
      queue: this.#queue,
      peers: this.peers,
      distant: new Map(),
      now: () => this.now,
      emit: (effect) => this.#run(effect),
      load: () => undefined,
      mend: () => undefined,
    };
    this.collection = new TombstoneCollection(env, this.#history, image.leases ?? [], { isPartial });
  }

  /** What is written from now on has another origin, as after a reload (C2). */
  reopen(): void {
    this.#writer = new LocalWriter(this.#mintOrigin);
  }

  connect(n: number): Peer {
    const { replicaSet } = this.state;
    const peer: Peer = {
      link: n as LinkId,
      nodeId: nodeOf(n),
      deviceId: deviceOf(n),
      steady: false,
      replicaSet,
      ending: undefined,
      told: new Map(),
      theirDigest: undefined,
      toldDigest: undefined,
      theirHorizon: CausalContext.EMPTY,
      toldHorizon: undefined,
      differsSince: undefined,
      lastSyncAt: undefined,
    };
    this.peers.set(peer.link, peer);
    this.collection.peerUp(peer);
    return peer;
  }

  disconnect(peer: Peer): void {
    this.peers.delete(peer.link);
    this.collection.peerDown(peer.link);
  }

  write(items: readonly LocalItem[]): StoredVersion[] {
    let versions: StoredVersion[] = [];
    this.#queue.push({
      size: items.length,
      stage: (draft) => {
        versions = this.#writer.write(draft, items);
        return true;
      },
      settle: () => undefined,
      fail: () => undefined,
    });
    this.settle();
    return versions;
  }

  put(...ids: string[]): StoredVersion[] {
    return this.write(ids.map((id) => ({ kind: "put", id, vector: Float32Array.of(1, 2), metadata: {} })));
  }

  delete(...ids: string[]): StoredVersion[] {
    return this.write(ids.map((id) => ({ kind: "delete", id })));
  }

  /** Versions of a peer's, relaxed as a session's are. */
  receive(...versions: StoredVersion[]): void {
    this.#queue.push({
      size: versions.length,
      stage: (draft) => {
        for (const version of versions) draft.receive(version);
        return false;
      },
      settle: () => undefined,
      fail: () => undefined,
    });
    this.settle();
  }

  /** The peer says that it durably holds all that this replica holds now. */
  hear(peer: Peer, digest: ContextDigest = this.state.context.digest, leased: readonly NodeId[] = []): void {
    this.collection.onReport(peer, { type: "report", digest, wanted: false, leased });
    this.settle();
  }

  /** Commits all that waits. */
  settle(): void {
    for (let next = this.#queue.next(this.now); next !== undefined; next = this.#queue.next(this.now)) {
      if (this.refusesCommits && next.batch !== undefined) {
        this.#queue.failed(new Error("disk full"));
        continue;
      }
      for (const [key, value] of next.batch?.puts ?? []) this.store.set(key, value);
      for (const key of next.batch?.deletes ?? []) this.store.delete(key);
      this.commits += Number(next.batch !== undefined);
      this.#queue.committed();
      this.#history.note(this.state.context, this.now);
      this.collection.committed();
    }
  }

  /** Lets time pass, waking the machine when it asked to be woken. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let left = 100_000; ; left--) {
      if (left === 0) throw new Error("the machine wakes without end");
      const next = this.collection.nextWake();
      if (next === undefined || next > end) break;
      this.now = Math.max(this.now, next);
      this.collection.wake();
      this.settle();
    }
    this.now = end;
  }

  tombstones(): string[] {
    return [...this.state.idsWithTombstone()].sort();
  }

  /** Everything that the store holds, in bytes. */
  get bytes(): number {
    let bytes = 0;
    for (const [key, value] of this.store) bytes += key.length + value.length;
    return bytes;
  }

  #run(effect: Effect): void {
    if (effect.type === "send" && effect.message.type === "report") this.reports.push(effect.message);
  }
}
