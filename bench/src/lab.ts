import { BareChannel } from "./bare-channel.js";
import { ConnectionLog, type ConnectionWatch } from "./connection-log.ts";
import type { DocumentOptions, DocumentTab } from "./document-tab.ts";
import { measureQuorumWrites, type QuorumWrites } from "./quorum-writes.ts";
import type { RxdbOptions, RxdbTab } from "./rxdb-tab.ts";
import { TaskWatch } from "./task-watch.ts";
import { type VecmeshOptions, VecmeshTab } from "./vecmesh-tab.ts";
import type { YjsOptions, YjsTab } from "./yjs-tab.ts";

/** What the runner finds in each tab as `lab`: everything that can be measured. */
export class Lab {
  readonly #connections = new ConnectionLog();

  constructor() {
    this.#connections.install();
  }

  openBareChannel(): BareChannel {
    return new BareChannel();
  }

  watchConnections(): ConnectionWatch {
    return this.#connections.watch();
  }

  openVecmesh(options: VecmeshOptions): Promise<VecmeshTab> {
    return VecmeshTab.open(options, this.#connections);
  }

  /** What is not measured is not loaded. */
  async openYjs(options: YjsOptions): Promise<YjsTab> {
    const { YjsTab } = await import("./yjs-tab.ts");
    return new YjsTab(options);
  }

  async openDocument(options: DocumentOptions): Promise<DocumentTab> {
    const { DocumentTab } = await import("./document-tab.ts");
    return new DocumentTab(options, this.#connections);
  }

  async openRxdb(options: RxdbOptions): Promise<RxdbTab> {
    const { RxdbTab } = await import("./rxdb-tab.ts");
    return RxdbTab.open(options);
  }

  measureQuorumWrites(tab: VecmeshTab, channel: BareChannel, count: number): Promise<QuorumWrites> {
    return measureQuorumWrites(tab, channel, count);
  }

  watchTasks(): Promise<TaskWatch> {
    return TaskWatch.start();
  }
}
