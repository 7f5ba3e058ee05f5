import type { ConsistencyLevel, QuorumLevel } from "./consistency-level.ts";
import type { CoreConfig } from "./environment.ts";
import { decodeJsonRecord } from "./codec/json-record.ts";
import { decodeStored } from "./codec/stored.ts";
import type { Effect, Input, LocalItem, Notice, OperationId, Outcome } from "./effects.ts";
import type { EphemeralEvent } from "./ephemeral-channel.ts";
import { configOf, imageOf, lineageOf, nodeOf, type ImageFields } from "./replica-state.fixture.ts";
import type { LinkId } from "./peer.ts";
import type { Message } from "./messages.ts";
import type { NodeId } from "./node-id.ts";
import { originOf } from "./causality.fixture.ts";
import { Replica } from "./replica.ts";
import { reopenedImage } from "./reopened-image.fixture.ts";
import { COUNTERS_KEY, type SeenCounter, type StoreBatch } from "./store-layout.ts";

export const SYNC_INTERVAL_MS = 100;
export const TIMEOUT_MS = 5000;
const VOTER_EXPIRY_MS: number = 60 * 60 * 1000;

type MessageOf<T extends Message["type"]> = Extract<Message, { readonly type: T }>;
/** Origins that one opening of a site's store may mint, so that no two openings share one (C2). */
const ORIGINS_AN_OPENING = 4;

type NoticeOf<T extends Notice["type"]> = Extract<Notice, { readonly type: T }>;

/** One replica over a store in memory. What it asks of the world waits here until the lab, or the test, does it. */
export class Site {
  readonly nodeId: NodeId;
  readonly replica: Replica;
  readonly store: Map<string, Uint8Array> = new Map();
  readonly outcomes: Map<OperationId, Outcome> = new Map();
  readonly notices: Notice[] = [];
  readonly sent: Message[] = [];
  readonly heard: EphemeralEvent[] = [];
  readonly closed: string[] = [];
  preferred: ReadonlySet<NodeId> = new Set();
  commits = 0;
  /** Commits wait for `commit()` or `failCommit()` instead of completing by themselves. */
  holdsCommits = false;
  /** Loads wait for `answerLoads()`. */
  holdsLoads = false;
  /** Answers loads as if these keys could not be read. */
  readonly unreadable: Set<string> = new Set();
  readonly ends: Map<LinkId, { readonly site: Site; readonly link: LinkId }> = new Map();
  readonly inbox: { readonly link: LinkId; readonly message: Message }[] = [];
  readonly #lab: Lab;
  readonly #n: number;
  readonly #options: SiteOptions;
  #commit: StoreBatch | undefined;
  #frozen: Input[] | undefined;
  #loads: Extract<Effect, { readonly type: "load" }>[] = [];
  #pausing = false;
  #lastOp = 0;

  constructor(lab: Lab, n: number, options: SiteOptions) {
    this.#lab = lab;
    this.#n = n;
    this.#options = options;
    this.nodeId = options.image?.nodeId ?? nodeOf(n);
    let nonces = 2 ** 12 * (options.openings ?? 0);
    let origins = ORIGINS_AN_OPENING * (options.openings ?? 0);
    const config = configOf({
      syncIntervalMs: SYNC_INTERVAL_MS,
      voterExpiryMs: VOTER_EXPIRY_MS,
      ...options.config,
    });
    this.replica = new Replica(imageOf(n, options.image), config, options.seen ?? [], {
      origin: () => originOf(16 * n + origins++),
      lineage: () => lineageOf(1000 + n),
      nonce: () => (n * 2 ** 16 + nonces++).toString(16).padStart(16, "0"),
      fraction: () => 0,
    });
  }

  handle(input: Input): void {
    if (this.#frozen !== undefined) {
      this.#frozen.push(input);
      return;
    }
    for (const effect of this.replica.handle(input, this.#lab.now)) this.#run(effect);
  }

  receive(link: LinkId, message: Message): void {
    this.handle({ type: "message", link, message });
  }

  /** Starts a write and returns the operation whose outcome to look for. */
  write(items: readonly LocalItem[] | string, level: ConsistencyLevel = "one", ordered = false): OperationId {
    const list = typeof items === "string" ? [put(items)] : items;
    return this.ask((op, deadline) => ({ type: "write", op, items: list, level, ordered, deadline }));
  }

  /** Starts a read above `one` and returns the operation whose outcome to look for. */
  read(id: string, level: QuorumLevel = "quorum"): OperationId {
    return this.ask((op, deadline) => ({ type: "read", op, ids: [id], level, deadline }));
  }

  /** Dispatches an input that names an operation. */
  ask(input: (op: OperationId, deadline: number) => Input): OperationId {
    const op = ++this.#lastOp;
    this.handle(input(op, this.#lab.now + TIMEOUT_MS));
    return op;
  }

  get isCommitting(): boolean {
    return this.#commit !== undefined;
  }

  commit(): void {
    this.persist();
    this.handle({ type: "committed" });
  }

  /** What is being committed is on the disk; nobody has been told. */
  persist(): void {
    const batch = this.#commit;
    if (batch === undefined) throw new Error("nothing is being committed");
    this.#commit = undefined;
    for (const [key, value] of batch.puts) this.store.set(key, value);
    for (const key of batch.deletes) this.store.delete(key);
    this.commits++;
  }

  /** The tab stops: what happens to it waits, and no time passes for it. */
  freeze(): void {
    this.#frozen = [];
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  thaw(): void {
    const happened = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const input of happened) this.handle(input);
  }

  /** The same store, or an older copy of it, in a new process. */
  reopened(store: ReadonlyMap<string, Uint8Array>): Site {
    const image = reopenedImage(imageOf(this.#n, this.#options.image), store);
    const counters = store.get(COUNTERS_KEY);
    const seen = counters && (decodeJsonRecord(counters) as SeenCounter[]);
    const openings = (this.#options.openings ?? 0) + 1;
    const site = new Site(this.#lab, this.#n, { ...this.#options, image, openings, ...(seen && { seen }) });
    for (const [key, value] of store) site.store.set(key, value);
    return site;
  }

  failCommit(message = "disk full"): void {
    this.#commit = undefined;
    this.handle({ type: "commit-failed", error: new Error(message) });
  }

  answerLoads(): void {
    for (const { load, keys } of this.#loads.splice(0)) {
      const versions = keys.map((key) => {
        const bytes = this.unreadable.has(key) ? undefined : this.store.get(key);
        return bytes === undefined ? undefined : decodeStored(bytes).version;
      });
      this.handle({ type: "loaded", load, versions });
    }
  }

  /** One thing that waits here and is not held back. */
  step(): boolean {
    if (this.isFrozen) return false;
    if (this.#commit !== undefined && !this.holdsCommits) this.commit();
    else if (this.#pausing) {
      this.#pausing = false;
      this.handle({ type: "go-on" });
    } else if (this.#loads.length > 0 && !this.holdsLoads) this.answerLoads();
    else if (this.inbox.length > 0) {
      const { link, message } = this.inbox.shift()!;
      if (this.ends.has(link)) this.receive(link, message);
    } else return false;
    return true;
  }

  link(to: Site): LinkId {
    for (const [link, end] of this.ends) if (end.site === to) return link;
    throw new Error("not connected");
  }

  sentOf<T extends Message["type"]>(type: T): MessageOf<T>[] {
    return this.sent.filter((message): message is MessageOf<T> => message.type === type);
  }

  told<T extends Notice["type"]>(type: T): NoticeOf<T>[] {
    return this.notices.filter((notice): notice is NoticeOf<T> => notice.type === type);
  }

  ids(): string[] {
    return [...this.replica.state.all()]
      .filter(([, s]) => s.some((v) => !v.tombstone))
      .map(([id]) => id)
      .sort();
  }

  failure(op: OperationId): Error & Record<string, unknown> {
    const outcome = this.outcomes.get(op);
    if (outcome?.kind !== "failed") throw new Error(`operation ${op}: ${outcome?.kind ?? "no outcome"}`);
    return outcome.error as Error & Record<string, unknown>;
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case "send": {
        const end = this.ends.get(effect.link);
        if (end === undefined) return;
        this.sent.push(effect.message);
        if (!this.#lab.drops(this, end.site, effect.message))
          end.site.inbox.push({ link: end.link, message: effect.message });
        return;
      }
      case "close":
        this.closed.push(effect.reason);
        this.#lab.cutLink(this, effect.link);
        return;
      case "commit":
        if (this.#commit !== undefined) throw new Error("two commits at once");
        this.#commit = effect.batch;
        return;
      case "load":
        this.#loads.push(effect);
        return;
      case "pause":
        if (this.#pausing) throw new Error("two pauses at once");
        this.#pausing = true;
        return;
      case "sign":
        throw new Error("nothing is signed here");
      case "prefer":
        this.preferred = effect.nodeIds;
        return;
      case "settle":
        if (this.outcomes.has(effect.op)) throw new Error(`operation ${effect.op} settled twice`);
        this.outcomes.set(effect.op, effect.outcome);
        return;
      case "notice":
        this.notices.push(effect.notice);
        return;
      case "heard":
        this.heard.push(effect.event);
        return;
      case "changed":
        return;
    }
  }
}

export interface SiteOptions {
  readonly image?: ImageFields;
  readonly config?: Partial<CoreConfig>;
  readonly seen?: readonly SeenCounter[];
  /** How often the store has been opened before. */
  readonly openings?: number;
}

/** Several replicas, their messages and their time, moved by hand. */
export class Lab {
  now = 1_000_000;
  /** Which messages are lost on the way. */
  drops: (from: Site, to: Site, message: Message) => boolean = () => false;
  readonly #sites: Site[] = [];
  #lastLink = 0;

  site(n: number, options: SiteOptions = {}): Site {
    const site = new Site(this, n, options);
    this.#sites.push(site);
    return site;
  }

  connect(a: Site, b: Site): void {
    const [atA, atB] = [++this.#lastLink as LinkId, ++this.#lastLink as LinkId];
    a.ends.set(atA, { site: b, link: atB });
    b.ends.set(atB, { site: a, link: atA });
    a.handle({ type: "link-up", link: atA, claims: b.replica.state.nodeId });
    b.handle({ type: "link-up", link: atB, claims: a.replica.state.nodeId });
  }

  /**
   * Ends a site's process, with whatever it has not persisted, and opens its store in a new one, to which nobody is connected.
   * @param store what is in the store by then, if not what the process has left: a backup.
   */
  restart(site: Site, store: ReadonlyMap<string, Uint8Array> = site.store): Site {
    const ends = [...site.ends.values()];
    site.ends.clear();
    const again = site.reopened(store);
    this.#sites[this.#sites.indexOf(site)] = again;
    for (const end of ends) {
      end.site.ends.delete(end.link);
      end.site.handle({ type: "link-down", link: end.link });
    }
    return again;
  }

  cut(a: Site, b: Site): void {
    this.cutLink(a, a.link(b));
  }

  /** Delivers, commits and loads until nothing is left that is not held back. Time stands still. */
  settle(): void {
    for (let left = 100_000; this.#sites.some((site) => site.step()); left--)
      if (left === 0) throw new Error("the replicas do not come to rest");
  }

  /** Lets time pass, waking every replica when it asked to be woken. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let left = 10_000; ; left--) {
      this.settle();
      const [next, site] = this.#nextWake();
      if (site === undefined || next > end) break;
      if (left === 0) throw new Error("a replica wakes without end");
      this.now = Math.max(this.now, next);
      site.handle({ type: "wake" });
    }
    this.now = end;
  }

  cutLink(site: Site, link: LinkId): void {
    const end = site.ends.get(link);
    if (end === undefined) return;
    site.ends.delete(link);
    end.site.ends.delete(end.link);
    site.handle({ type: "link-down", link });
    end.site.handle({ type: "link-down", link: end.link });
  }

  #nextWake(): [number, Site | undefined] {
    let next: [number, Site | undefined] = [Number.POSITIVE_INFINITY, undefined];
    for (const site of this.#sites) {
      if (site.isFrozen) continue;
      const at = site.replica.nextWake();
      if (at !== undefined && at < next[0]) next = [at, site];
    }
    return next;
  }
}

export function put(id: string, n = 1): LocalItem {
  return { kind: "put", id, vector: Float32Array.of(n, 2), metadata: { n } };
}
