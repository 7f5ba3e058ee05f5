import type { BrowserContext, Page } from "@playwright/test";
import type {
  ChangeEvent,
  Checkpoint,
  ConsistencyLevel,
  JsonObject,
  NodeId,
  ReplicaInfo,
  ReplicationConfig,
  ReplicationEvent,
  WriteReceipt,
} from "@vecmesh/sdk";
import { eventually } from "./eventually.ts";
import type { Outcome, PlainEntry } from "../app/replica-page.ts";

/** What of a configuration is plain data and so can be sent into a page. */
export type TabConfig = Pick<
  ReplicationConfig,
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
>;

/** A browser's tab with a replica in it. */
export class Tab {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** A tab with the application and no replica yet. */
  static async blank(context: BrowserContext, url = "/"): Promise<Tab> {
    const page = await context.newPage();
    await page.goto(url);
    return new Tab(page);
  }

  /** A tab whose replica is open and has joined its room. */
  static async join(context: BrowserContext, config: TabConfig): Promise<Tab> {
    const tab = await Tab.blank(context);
    await tab.open(config);
    await tab.start();
    return tab;
  }

  /** A tab whose replica is open, though the tab that had it has only just gone: its lock is free a moment later. */
  static async reopen(context: BrowserContext, config: TabConfig): Promise<Tab> {
    const tab = await Tab.blank(context);
    await eventually(() => tab.openOutcome(config), { message: "the store's lock" }).toEqual({});
    return tab;
  }

  /** Creates the replica: no network yet. */
  open(config: TabConfig): Promise<void> {
    return this.page.evaluate((given) => window.app.open(given), config);
  }

  /** As `open`, for a configuration that is expected to be refused. */
  openOutcome(config: TabConfig): Promise<Outcome<void>> {
    return this.page.evaluate((given) => window.app.outcome(() => window.app.open(given)), config);
  }

  start(): Promise<void> {
    return this.page.evaluate(() => window.app.replica.start());
  }

  rotatePassword(password: string): Promise<void> {
    return this.page.evaluate((changed) => window.app.replica.rotatePassword(changed), password);
  }

  stop(): Promise<void> {
    return this.page.evaluate(() => window.app.replica.stop());
  }

  /** Writes an entry that says `text`. */
  write(id: string, text: string, consistency: ConsistencyLevel = "one"): Promise<WriteReceipt> {
    return this.page.evaluate(
      ([entry, level]) =>
        window.app.replica.write({ ...entry, vector: Float32Array.of(1, 0, 0) }, { consistency: level }),
      [{ id, metadata: { text } }, consistency] as const,
    );
  }

  /** As `write`, where it may fail. */
  writeOutcome(id: string, text: string, consistency: ConsistencyLevel): Promise<Outcome<WriteReceipt>> {
    return this.page.evaluate(
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

  delete(id: string): Promise<WriteReceipt> {
    return this.page.evaluate((gone) => window.app.replica.delete(gone, { consistency: "one" }), id);
  }

  /** What the entry says, if this replica shows it. */
  read(id: string): Promise<string | undefined> {
    return this.page.evaluate(
      async (wanted) => (await window.app.replica.get(wanted))?.metadata["text"] as string | undefined,
      id,
    );
  }

  count(): Promise<number> {
    return this.page.evaluate(() => window.app.replica.count());
  }

  contents(): Promise<PlainEntry[]> {
    return this.page.evaluate(() => window.app.contents());
  }

  /** The next change since that checkpoint, as soon as there is one. */
  nextChange(since?: Checkpoint): Promise<Pick<ChangeEvent, "type" | "id" | "checkpoint">> {
    return this.page.evaluate(async (checkpoint) => {
      const changes = window.app.replica.changes(checkpoint === undefined ? {} : { since: checkpoint });
      for await (const change of changes) {
        if (change.type !== "reset") return { type: change.type, id: change.id, checkpoint: change.checkpoint };
      }
      throw new Error("The changes have ended.");
    }, since);
  }

  events(type: ReplicationEvent["type"]): Promise<JsonObject[]> {
    return this.page.evaluate((wanted) => window.app.events(wanted), type);
  }

  nodeId(): Promise<NodeId> {
    return this.page.evaluate(() => window.app.replica.nodeId);
  }

  replicaName(): Promise<string> {
    return this.page.evaluate(() => window.app.replica.replicaName);
  }

  replicas(): Promise<ReplicaInfo[]> {
    return this.page.evaluate(() => window.app.replica.replicas());
  }

  /** Kills the tab's process: no event of the page's, and no clean-up. */
  async crash(): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const crashed = this.page.waitForEvent("crash");
    // A process that dies answers nothing: the event tells.
    session.send("Page.crash").catch(() => undefined);
    await crashed;
    await this.page.close();
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
