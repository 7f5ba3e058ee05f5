import type { Page } from "@playwright/test";
import type {
  ChangeEvent,
  Checkpoint,
  ConsistencyLevel,
  JsonObject,
  NodeId,
  ReplicaInfo,
  ReplicationEvent,
  WriteReceipt,
} from "@vecmesh/sdk";
import { eventually } from "./eventually.ts";
import type { Outcome, PageConfig, PlainEntry } from "../app/replica-page.ts";

/** What of a configuration is plain data and so can be sent into a page. */
export type TabConfig = Pick<
  PageConfig,
  | "room"
  | "password"
  | "signaling"
  | "token"
  | "iceTransportPolicy"
  | "relay"
  | "dimensions"
  | "replicationFactor"
  | "distinctDevices"
  | "replicaName"
  | "signedBy"
  | "ownKeysOnly"
>;

/** What a tab needs of a page, whoever drives its browser. */
export interface TabPage {
  goto(url: string): Promise<unknown>;
  /** Each driver has a type of its own for the function: `Tab.run` is typed for both. */
  evaluate(call: never, given?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** A browser, or what in a browser stands for one: Playwright's context, Puppeteer's browser. */
export interface TabHost<P extends TabPage = TabPage> {
  newPage(): Promise<P>;
}

/** A browser's tab with a replica in it. */
export class Tab<P extends TabPage = Page> {
  readonly host: TabHost<P>;
  readonly page: P;
  /** Of the replica that it has opened. */
  config: TabConfig | undefined;

  private constructor(host: TabHost<P>, page: P) {
    this.host = host;
    this.page = page;
  }

  /** A tab with the application and no replica yet. */
  static async blank<P extends TabPage>(host: TabHost<P>, url = "/"): Promise<Tab<P>> {
    const page = await host.newPage();
    await page.goto(new URL(url, `http://127.0.0.1:${process.env["VECMESH_APP_PORT"]}`).href);
    return new Tab(host, page);
  }

  /** A tab whose replica is open and has joined its room. */
  static async join<P extends TabPage>(host: TabHost<P>, config: TabConfig): Promise<Tab<P>> {
    const tab = await Tab.blank(host);
    await tab.open(config);
    await tab.start();
    return tab;
  }

  /** A tab of the same browser with the replica of one that has just been closed: its lock is free a moment later. */
  static async reopen<P extends TabPage>(closed: Tab<P>): Promise<Tab<P>> {
    const { host, config } = closed;
    if (config === undefined) throw new Error("That tab had no replica.");
    const tab = await Tab.blank(host);
    await eventually(() => tab.openOutcome(config), { message: "the store's lock" }).toEqual({});
    tab.config = config;
    return tab;
  }

  /** Calls a function in the page, with plain data. */
  run<A, R>(call: (given: A) => R, given?: A): Promise<Awaited<R>> {
    return this.page.evaluate(call as never, given) as Promise<Awaited<R>>;
  }

  /** Creates the replica: no network yet. */
  open(config: TabConfig): Promise<void> {
    this.config = config;
    return this.run((given) => window.app.open(given), config);
  }

  /** As `open`, for a configuration that is expected to be refused. */
  openOutcome(config: TabConfig): Promise<Outcome<void>> {
    return this.run((given) => window.app.outcome(() => window.app.open(given)), config);
  }

  start(): Promise<void> {
    return this.run(() => window.app.replica.start());
  }

  rotatePassword(password: string): Promise<void> {
    return this.run((changed) => window.app.replica.rotatePassword(changed), password);
  }

  stop(): Promise<void> {
    return this.run(() => window.app.replica.stop());
  }

  /** Writes an entry that says `text`. */
  write(id: string, text: string, consistency: ConsistencyLevel = "one"): Promise<WriteReceipt> {
    return this.run(
      ([entry, level]) =>
        window.app.replica.write({ ...entry, vector: Float32Array.of(1, 0, 0) }, { consistency: level }),
      [{ id, metadata: { text } }, consistency] as const,
    );
  }

  /** As `write`, where it may fail. */
  writeOutcome(id: string, text: string, consistency: ConsistencyLevel): Promise<Outcome<WriteReceipt>> {
    return this.run(
      ([entry, level]) =>
        window.app.outcome(() =>
          window.app.replica.write({ ...entry, vector: Float32Array.of(1, 0, 0) }, { consistency: level }),
        ),
      [{ id, metadata: { text } }, consistency] as const,
    );
  }

  /** Writes the same again until enough voters count. */
  async writeUntilAcknowledged(id: string, text: string, consistency: ConsistencyLevel): Promise<WriteReceipt> {
    let outcome: Outcome<WriteReceipt> | undefined;
    await eventually(async () => "value" in (outcome = await this.writeOutcome(id, text, consistency))).toBe(true);
    if (outcome === undefined || !("value" in outcome)) throw new Error("not acknowledged");
    return outcome.value;
  }

  /** Writes entries of random components, named by their number. */
  writeRandom(first: number, count: number, dimensions: number, consistency: ConsistencyLevel): Promise<void> {
    return this.run(([from, length, components, level]) => window.app.writeRandom(from, length, components, level), [
      first,
      count,
      dimensions,
      consistency,
    ] as const);
  }

  delete(id: string): Promise<WriteReceipt> {
    return this.run((gone) => window.app.replica.delete(gone, { consistency: "one" }), id);
  }

  /** What the entry says, if this replica shows it. */
  read(id: string): Promise<string | undefined> {
    return this.run(
      async (wanted) => (await window.app.replica.get(wanted))?.metadata["text"] as string | undefined,
      id,
    );
  }

  count(): Promise<number> {
    return this.run(() => window.app.replica.count());
  }

  contents(): Promise<PlainEntry[]> {
    return this.run(() => window.app.contents());
  }

  /** The next change since that checkpoint, as soon as there is one. */
  nextChange(since?: Checkpoint): Promise<Pick<ChangeEvent, "type" | "id" | "checkpoint">> {
    return this.run(async (checkpoint) => {
      const changes = window.app.replica.changes(checkpoint === undefined ? {} : { since: checkpoint });
      for await (const change of changes) {
        if (change.type !== "reset") return { type: change.type, id: change.id, checkpoint: change.checkpoint };
      }
      throw new Error("The changes have ended.");
    }, since);
  }

  events(type: ReplicationEvent["type"]): Promise<JsonObject[]> {
    return this.run((wanted) => window.app.events(wanted), type);
  }

  nodeId(): Promise<NodeId> {
    return this.run(() => window.app.replica.nodeId);
  }

  replicaName(): Promise<string> {
    return this.run(() => window.app.replica.replicaName);
  }

  replicas(): Promise<ReplicaInfo[]> {
    return this.run(() => window.app.replica.replicas());
  }

  /** How many voters this replica can reach, itself included. */
  async votersOnline(): Promise<number> {
    return (await this.replicas()).filter(({ role, status }) => role === "voter" && status !== "offline").length;
  }

  /** How many other replicas this one is connected to. */
  async peersOnline(): Promise<number> {
    return (await this.replicas()).filter(({ status }, i) => i > 0 && status !== "offline").length;
  }
}
